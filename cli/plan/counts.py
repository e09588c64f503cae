"""How many data objects the running jobs have, as far as somebody has told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_OUTPUT: Final = "ObjectCount"


class CountsError(ValueError):
    """A file of counts that can't be read; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """The data objects of the current run of a job."""

    #: In its manifest.
    objects: int
    #: Of these, how many have a label; None where nobody has told.
    labeled: int | None = None

    @property
    def unlabeled(self) -> int:
        """How many may still be without a label."""
        return max(self.objects - (self.labeled or 0), 0)


class Counts:
    """Counts by environment and job."""

    def __init__(self, content: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._content = content or {}

    def of(self, environment: str, job_key: str) -> Count | None:
        """Return the count of a job's current run, None where it is not known."""
        told = self._content.get(environment, {}).get(job_key)
        if told is not None:
            return _count(told, f"{environment}.{job_key}")
        # The names of outputs as the Labeling stack makes them.
        output = "".join(word.capitalize() for word in job_key.split("-")) + _OUTPUT
        deployed = self._content.get(f"{environment}-Labeling", {}).get(output)
        return None if deployed is None else _count(deployed, f"{environment}-Labeling.{output}")


def read_counts(path: Path) -> Counts:
    """Read what `cdk deploy --outputs-file` writes, or `{"dev": {"even-odd": {"objects": 212}}}`.

    With `labeled` beside `objects` the plan can say how far a job is. Both forms may stand in one
    file. Raises CountsError.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CountsError(f"--counts: expected a JSON file, got {path}: {error.strerror}") from None
    except ValueError as error:
        raise CountsError(f"--counts: expected a JSON file, got {path}: {error}") from None
    if not isinstance(content, dict) or not all(
        isinstance(each, dict) for each in content.values()
    ):
        raise CountsError(
            "--counts: expected the outputs of stacks, or objects by environment and job, such as"
            f' {{"dev": {{"even-odd": {{"objects": 212}}}}}}, got something else in {path}'
        )
    return Counts(content)


def _count(value: Any, where: str) -> Count:
    given = value if isinstance(value, dict) else {"objects": value}
    try:
        labeled = given.get("labeled")
        return Count(
            objects=int(given["objects"]), labeled=None if labeled is None else int(labeled)
        )
    except (KeyError, TypeError, ValueError):
        raise CountsError(f"expected a number of objects in {where}, got {value!r}") from None
