"""What AWS does now and then that a stand-in never would by itself, chosen by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from local.ground_truth.errors import AwsError

#: Codes and words for what is not there, as people have met them at sibling operations of
#: SageMaker; `tests/data/aws-words.yaml` has the sources.
REPORTED: Final = (
    ("ValidationException", "Requested resource not found."),
    ("ValidationException", "Could not find requested job with name: {name}"),
    ("ValidationException", "Could not find endpoint"),
    ("ValidationException", "Unable to describe {name}"),
    ("ResourceNotFound", "Amazon SageMaker can't find a resource called {name}"),
)
#: Some are made up besides: no word may decide.
ABSENT: Final = (
    *REPORTED,
    ("ValidationException", "The value of labelingJobName is wrong"),
    ("ValidationException", "Nichts da"),
)
#: Operations of which some calls are refused for being too many.
_THROTTLED: Final = (
    *("CreateLabelingJob", "DescribeLabelingJob", "ListLabelingJobs", "StopLabelingJob"),
    "ListObjectsV2",
)
_THROTTLING: Final = ("ThrottlingException", "Rate exceeded")


@dataclass(frozen=True, kw_only=True)
class Unkindness:
    """What is unkind; nothing is by default. Times are seconds."""

    #: How long a job is InProgress with all counters 0, before anything is read, at least.
    unread: float = 0.0
    #: How long a new job shows no tags.
    untagged: float = 0.0
    #: Code and words for a job that does not exist, which may have `{name}` in them.
    absent: tuple[str, str] = ("ResourceNotFound", "Labeling job {name} does not exist")
    #: Whether a role that can't be assumed is found when it is used, not at once.
    is_late_about_roles: bool = False
    #: Whether the class of a text in the output is a text, as in the guide, and no number.
    has_classes_as_texts: bool = False
    #: How long lists of users are behind.
    unlisted: float = 0.0
    #: Operation → the first of its calls that is refused, counted from 1, and how many are.
    throttled: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int) -> Self:
        """Return the unkindness of a seed, any whole number, always the same one."""
        chance = random.Random(seed)  # noqa: S311  # no secret
        return cls(
            unread=chance.choice((1.0, 2.0, 4.0)),
            untagged=chance.choice((0.0, 1.0, 2.0)),
            absent=ABSENT[seed % len(ABSENT)],
            is_late_about_roles=chance.random() < 0.5,
            has_classes_as_texts=chance.random() < 0.5,
            throttled={each: (chance.randint(1, 3), chance.randint(1, 6)) for each in _THROTTLED},
            unlisted=chance.choice((1.0, 2.0)),
        )

    def absence(self, name: str) -> AwsError:
        """Return the refusal of what is asked of a job that does not exist."""
        code, words = self.absent
        return AwsError(code, words.format(name=name))

    def is_throttled(self, operation: str, number: int) -> bool:
        """Say whether a call is refused; its operation's calls are numbered from 1."""
        first, times = self.throttled.get(operation, (0, 0))
        return first <= number < first + times


KIND: Final = Unkindness()


class Calls:
    """Counts calls, and refuses those that are too many."""

    def __init__(self, unkindness: Unkindness) -> None:
        self._unkindness = unkindness
        self._numbers: dict[str, int] = {}

    def count(self, operation: str) -> None:
        """Raise AwsError, SageMaker's own, if this call of an operation is throttled."""
        self._numbers[operation] = self._numbers.get(operation, 0) + 1
        if self._unkindness.is_throttled(operation, self._numbers[operation]):
            raise AwsError(*_THROTTLING)
