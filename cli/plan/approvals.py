"""Reads which destructive changes somebody has approved, and until when."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from dataset.messages import shown
from ground_truth.config.fields import Text
from ground_truth.config.section import Section
from ground_truth.config.yaml_file import (
    EnvironmentFileError,
    approvals_file,
    approvals_files,
    check,
    display_name,
    read,
)

_CHANGE: Final = re.compile(r"(replace|delete|leave|stop) \S.*|unprotect")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _change(value: str) -> str:
    if not _CHANGE.fullmatch(value):
        raise ValueError(
            "expected a change as the plan prints it, such as `delete Workforce/readers/Team`,"
            f" `stop even-odd` or `unprotect`, got {shown(value)}"
        )
    return value


def _reason(value: str) -> str:
    if not value:
        raise ValueError("expected why this may be, got an empty text")
    return value


def _date(value: object) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"expected a day such as 2027-01-31, got {shown(value)}")


class Approval(Section):
    """Why one destructive change may be, and the last day on which it may."""

    reason: Annotated[Text, AfterValidator(_reason)]
    expires: Annotated[date, BeforeValidator(_date)]


class Approvals(Section):
    """`environments/<environment>.approvals.yaml`."""

    approvals: Mapping[Annotated[str, AfterValidator(_change)], Approval]


def check_names(folder: Path, environments: Collection[str]) -> None:
    """Raise EnvironmentFileError if approvals are of an environment that is not there."""
    problems = [
        f"{display_name(path)}: expected approvals of an environment that there is"
        f" ({', '.join(environments)}), got {shown(name)}; rename or remove the file"
        for path, name in approvals_files(folder)
        if name not in environments
    ]
    if problems:
        raise EnvironmentFileError(problems)


def load_approvals(folder: Path, environment: str) -> Mapping[str, Approval]:
    """Return an environment's approvals by the change; none where it has no such file.

    Raises EnvironmentFileError with all that is wrong with the file.
    """
    path = approvals_file(folder, environment)
    if not path.exists():
        return {}
    return check(read(path, beginning="approvals:"), Approvals, None).approvals
