"""What runs are called, and which of their tags are ours.

The first run of a resource is called `<prefix>-<10 hexadecimal digits>`, which is the resource's
physical id too. SageMaker uses up a job's name for ever: the next run has `-2` behind it, the last
one `-99`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

#: Letters, digits and inner hyphens (botocore: LabelingJobName, LabelAttributeName, WorkteamName).
NAME: Final = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9])*")
#: Characters of `<environment>-<job key>`: a job's name has 63 at most.
LONGEST_PREFIX: Final = 63 - len("-0123456789-99")
#: Begins the keys of the tags that say which resource owns a job.
TAG_PREFIX: Final = "ground-truth-cdk:"

_FIRST_RUN: Final = re.compile(rf"({NAME.pattern})-[0-9a-f]{{10}}")
_REPETITION: Final = re.compile(r"-[0-9]{1,2}\Z")
_LAST_RUN: Final = 99


def prefix_of(run: str) -> str | None:
    """Return what the names of all runs of its job key begin with; None if it is no run's name."""
    found = _FIRST_RUN.fullmatch(_REPETITION.sub("", run))
    return found[1] if found and len(found[1]) <= LONGEST_PREFIX else None


def is_physical_id(identity: str) -> bool:
    """Say whether an id looks like one of ours, and not like one that CloudFormation made up."""
    return prefix_of(identity) is not None and _REPETITION.search(identity) is None


def run_names(physical_id: str) -> Iterator[str]:
    """Yield the names of all runs of a resource, in their order."""
    yield physical_id
    for number in range(2, _LAST_RUN + 1):
        yield f"{physical_id}-{number}"


def run_names_from(name: str) -> Iterator[str]:
    """Yield the name of a run and those of the runs that may follow it."""
    names = run_names(_REPETITION.sub("", name))
    return itertools.dropwhile(lambda each: each != name, names)


def is_reserved(tag: str) -> bool:
    """Say whether only AWS, or we, may set a tag of this key."""
    return tag.lower().startswith(("aws:", TAG_PREFIX))
