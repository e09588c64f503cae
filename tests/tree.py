"""Copies of this repository's tree, which a test may edit as its user would."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from local.aws import ROOT
from tests.environments import SHIPPED

#: What is installed or made here; and the user's files, in whose place are those that are shipped.
_NOT_OURS: Final = {"__pycache__", "node_modules", "cdk.out", ".git", ".local", ".venv"}


def copy_tree(folder: Path) -> Path:
    """Copy the whole tree as it is shipped, without what is installed beside it."""
    shutil.copytree(ROOT, folder, ignore=_ignored)
    shutil.copytree(SHIPPED, folder / "environments", dirs_exist_ok=True)
    return folder


def _ignored(folder: str, names: list[str]) -> list[str]:
    if Path(folder) == ROOT / "environments":
        return [name for name in names if name.endswith(".yaml")]
    return [name for name in names if name in _NOT_OURS or name.endswith(("_cache", "-audit"))]
