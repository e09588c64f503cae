"""What local AWS takes of the computer around it, and what it must find there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import boto3
import botocore.session

#: All that they get of a person's variables: no proxy, no AWS, no Python and no Node of theirs.
_INHERITED: Final = ("LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TZ", "USER")
#: Free bytes that a run takes, with room to spare.
_ROOM: Final = 500_000_000


class SurroundingsError(RuntimeError):
    """Says in one sentence what keeps local AWS from running, and what to do."""


def variables(around: Mapping[str, str], state: Path, caches: Path) -> dict[str, str]:
    """Return the variables of a process of the local AWS whose folder is `state`.

    Its home is below `state`, whatever HOME is: the CDK CLI writes there. What takes long to make
    anew is kept in `caches`.
    """
    home = state / "home"
    return {
        **{name: value for name, value in around.items() if name in _INHERITED},
        "PATH": around.get("PATH", os.defpath),
        "HOME": str(home),
        "CDK_HOME": str(home / "cdk"),
        # The modules of CDK, unpacked.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(caches / "jsii"),
        "PYTHONNOUSERSITE": "1",
    }


def session(region: str) -> boto3.Session:
    """Return a session that knows of no file and no variable that the person has for AWS."""
    untold = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    for name in ("config_file", "credentials_file"):
        untold[name] = (None, None, os.devnull, None)
    return boto3.Session(
        botocore_session=botocore.session.Session(session_vars=untold), region_name=region
    )


def make_folder(folder: Path) -> None:
    """Make the folder that all runs are in; SurroundingsError if they can't be."""
    try:
        folder.mkdir(exist_ok=True)
        # The owner's alone, of which root is not asked by `access`.
        (folder / "written").touch()
        (folder / "written").unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise SurroundingsError(
            f"copy the repository to a folder that you can write, where all that local AWS needs is"
            f" kept: {folder} can't be written ({error.strerror})"
        ) from None
    if free < _ROOM:
        raise SurroundingsError(
            f"free some space: expected {_ROOM / 1e6:.0f} MB for local AWS in {folder}, got"
            f" {free / 1e6:.0f}"
        )
