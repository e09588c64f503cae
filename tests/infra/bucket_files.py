"""What the jobs' function reads of markers and counts that another tree has written.

They are remembered from event to event, so the events over them must end as they did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment
from custom_resource.errors import CustomResourceError
from tests.infra.job_runs import Run

_JOB: Final = "even-odd"
#: One of them is blank, so that something is left out.
_OBJECTS: Final[Mapping[str, bytes]] = {
    "Input/00.txt": b" ",
    **{f"Input/{number:02}.txt": str(number).encode() for number in range(1, 7)},
}
#: Files by their keys, by what has happened before.
Files = Mapping[str, Mapping[str, str]]
#: What happens before.
_CREATE, _UPDATE, _DELETE, _UNANSWERED = (
    "after a Create",
    "after an Update",
    "after the Delete of the first",
    "after the Delete of what was never answered",
)
_KEEPS: Final = {"StopOnDelete": False}
_FAILS: Final = {"OnChange": "fail"}
_TAGS: Final = {"Tags": [{"Key": "cost-center", "Value": "research"}]}
#: Name → what happened before → the event, and what its properties say besides.
_EVENTS: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    "an Update of tags": (_CREATE, "Update", _TAGS),
    "an Update of tags of the second": (_UPDATE, "Update", {"Revision": "2", **_TAGS}),
    "an Update to another run": (_CREATE, "Update", {"Revision": "2"}),
    "an Update back to the first": (_UPDATE, "Update", _FAILS),
    "an Update back to what was deleted": (_DELETE, "Update", _FAILS),
    "a Delete": (_CREATE, "Delete", {}),
    "a Delete of a job that is kept at work": (_CREATE, "Delete", _KEEPS),
    "a Delete of what was replaced": (_UPDATE, "Delete", _KEEPS),
    "a Create after all": (_UNANSWERED, "Create", {}),
}


def of_readings(environment: AssembledEnvironment, files: Files) -> dict[str, Any]:
    """Return what is read of files that another tree has written."""
    found: dict[str, Any] = {}
    for before, each in files.items():
        run = _until(environment, before)
        run.remember(each)
        found[before] = {key: _fields(run.read(key)) for key in each}
    return found


def _fields(found: Any) -> dict[str, Any]:
    # S3's ETag is of this version only.
    fields = {} if found is None else asdict(found)
    return {name: value for name, value in fields.items() if name != "etag"}


def of_events(environment: AssembledEnvironment, files: Files) -> dict[str, Any]:
    """Return how events end over files that another tree has written."""
    found: dict[str, Any] = {}
    for name, (before, kind, changes) in _EVENTS.items():
        run = _until(environment, before)
        run.remember(files[before])
        run.attributes = {}
        try:
            run.send(kind, **changes)
            outcome = "done"
        except CustomResourceError:
            outcome = "refused"
        found[name] = {
            "outcome": outcome,
            "jobs": run.statuses,
            # How this tree words what it writes itself is nobody's concern.
            "attributes": {
                attribute: value
                for attribute, value in run.attributes.items()
                if attribute != "Summary"
            },
            "markers": {
                key: content for key, content in run.remembered.items() if "/wanted/" in key
            },
        }
    return found


def _until(environment: AssembledEnvironment, before: str) -> Run:
    """Return a job to which that has happened."""
    run = Run(environment, _JOB, _OBJECTS)
    if before == _UNANSWERED:
        run.send("Delete")
        return run
    run.send("Create")
    if before in (_UPDATE, _DELETE):
        run.label(objects=2)
        run.send("Update", Revision="2")
    if before == _DELETE:
        run.send("Delete")
    return run
