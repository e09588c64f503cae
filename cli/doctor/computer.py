"""What deploying runs on here, and what stands between it and AWS."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from botocore.exceptions import ConfigParseError

from cli.doctor.findings import Answer, Look, right, to_do
from cli.repository import INSTALLATION

_SETUP: Final = "run `make setup`"
#: What the CDK CLI runs on, `engines` of its package.
OLDEST_NODE: Final = 18
#: Free bytes that an assembly, its assets and the CLI's files take, with room to spare.
_ROOM: Final = 1_000_000_000
#: How many packages a line names.
_SHOWN: Final = 3
#: A line such as `boto3==1.43.106 \\`; one with a marker is for some computers only.
_PINNED: Final = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)\s*\\?")
_PROXIES: Final = ("https_proxy", "HTTPS_PROXY")


@dataclass(frozen=True, kw_only=True)
class Computer:
    """What the checks look at."""

    #: Of the process.
    variables: Mapping[str, str]
    #: Such as 3.11.9.
    python: str
    #: What `node --version` says, such as v24.1.0; None without Node.
    node: str | None
    #: Where this code is, with requirements.txt, package.json and node_modules.
    installation: Path
    #: Returns the packages that Python finds, with their versions.
    packages: Callable[[], Mapping[str, str]]
    home: Path
    #: Where cdk.out is written.
    folder: Path
    #: Bytes.
    free: int
    #: Returns those of AWS's configuration files; raises BotoCoreError if one can't be parsed.
    profiles: Callable[[], tuple[str, ...]]

    @classmethod
    def here(cls, folder: Path, profiles: Callable[[], tuple[str, ...]]) -> Computer:
        """Return this one; `folder` is the repository."""
        return cls(
            variables=os.environ,
            python=platform.python_version(),
            node=_node(),
            installation=INSTALLATION,
            packages=_installed,
            # Not `Path.home()`, which there is none of for a user whom the computer does not know.
            home=Path(os.path.expanduser("~")),  # noqa: PTH111
            folder=folder,
            free=shutil.disk_usage(folder).free,
            profiles=profiles,
        )


def looks(computer: Computer) -> Iterator[tuple[str, Look]]:
    """Yield what is looked at, with its name."""
    yield "Python", lambda: right(computer.python)
    yield "packages", lambda: _packages(computer)
    yield "Node", lambda: _node_version(computer)
    yield "CDK CLI", lambda: _cdk(computer)
    yield "proxy", lambda: _proxy(computer)
    yield "certificates", lambda: _certificates(computer)
    yield "AWS profile", lambda: _profile(computer)
    yield "HOME", lambda: _home(computer)
    yield "disk", lambda: _disk(computer)


def _installed() -> dict[str, str]:
    found = ((each, each.metadata) for each in metadata.distributions())
    # What an installation leaves that was broken off has neither a name nor a version.
    return {
        _plain(about["Name"]): each.version
        for each, about in found
        if about and "Name" in about and "Version" in about
    }


def _packages(computer: Computer) -> Answer:
    packages = computer.packages()
    wanted = dict(_pinned(computer.installation / "requirements.txt"))
    wrong = [
        f"{name} {packages[name]} instead of {version}" if name in packages else f"no {name}"
        for name, version in wanted.items()
        if packages.get(name) != version
    ]
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        return to_do(
            f"{_SETUP}: expected what requirements.txt has, got {', '.join(wrong[:_SHOWN])}{more}"
        )
    return right(f"all {len(wanted)} of requirements.txt")


def _pinned(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the packages that a requirements file has for every computer, with versions."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if (found := _PINNED.fullmatch(line)) is not None:
            yield _plain(found["name"]), found["version"]


def _plain(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return name.lower().replace("_", "-").replace(".", "-")


def _node() -> str | None:
    program = shutil.which("node")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603  # the arguments are ours
        [program, "--version"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def _node_version(computer: Computer) -> Answer:
    wanted = f"expected Node {OLDEST_NODE} or newer, on which the CDK CLI runs"
    if computer.node is None:
        return to_do(f"{_SETUP}: {wanted}, got none")
    major = computer.node.removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < OLDEST_NODE:
        return to_do(f"{_SETUP}: {wanted}, got {computer.node}")
    return right(computer.node)


def _cdk(computer: Computer) -> Answer:
    package = json.loads((computer.installation / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"]["aws-cdk"]
    file = computer.installation / "node_modules" / "aws-cdk" / "package.json"
    if not file.exists():
        return to_do(f"{_SETUP}: expected the CDK CLI {wanted} in node_modules, got none")
    version = json.loads(file.read_text(encoding="utf-8"))["version"]
    if version != wanted:
        return to_do(
            f"{_SETUP}: expected the CDK CLI {wanted}, as package.json says, got {version}"
        )
    return right(version)


def _proxy(computer: Computer) -> Answer:
    """Python and Node both take the lower case first, but differ where the scheme is left out."""
    name = next((each for each in _PROXIES if computer.variables.get(each)), None)
    if name is None:
        return right("none for AWS's addresses")
    if "://" not in computer.variables[name]:
        return to_do(
            f"let {name} begin with http://: Node would speak TLS to the proxy, Python not"
        )
    return right(f"{name}, for Python and Node")


def _certificates(computer: Computer) -> Answer:
    """Python's SDK and the CDK CLI, which is Node, read different variables."""
    files = {
        name: computer.variables.get(name, "") for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    }
    missing = [name for name, file in files.items() if file and not Path(file).is_file()]
    if missing:
        return to_do(f"let {' and '.join(missing)} name a file that is there, or nothing")
    given = [name for name, file in files.items() if file]
    if len(given) == 1:
        (lacking,) = files.keys() - set(given)
        reader = "Node" if lacking.startswith("NODE") else "Python"
        return to_do(f"set {lacking} to the same file as {given[0]}, which {reader} does not read")
    return right("AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS" if given else "the system's own")


def _profile(computer: Computer) -> Answer:
    name = computer.variables.get("AWS_PROFILE") or computer.variables.get("AWS_DEFAULT_PROFILE")
    try:
        profiles = computer.profiles()
    except ConfigParseError as error:
        return to_do(f"mend that file, or let AWS_CONFIG_FILE name another: {error}")
    if name is None:
        return right("none named")
    if name not in profiles:
        known = ", ".join(profiles) or "none"
        return to_do(f"set AWS_PROFILE to one of those there are ({known}), got {name!r}")
    return right(name)


def _home(computer: Computer) -> Answer:
    if not os.access(computer.home, os.W_OK):
        return to_do(
            f"set HOME to a folder that can be written: who signs in to AWS keeps files there, got"
            f" {computer.home}"
        )
    return right(f"{computer.home} can be written")


def _disk(computer: Computer) -> Answer:
    there = f"{computer.free / 1e9:.1f} GB are free in {computer.folder}"
    if computer.free < _ROOM:
        return to_do(f"free some space, {_ROOM / 1e9:.0f} GB or more: {there}")
    return right(there)
