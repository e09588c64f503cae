"""What differs in all of an environment's stacks, and which of them can't be compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from cli.aws.drift import Drifted, detect, existing, read, stack_names
from cli.aws.own_changes import without_own
from cli.errors import CommandError
from ground_truth.config import Environment

#: Statuses in which CloudFormation compares a stack
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html).
_COMPARABLE: Final = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE"),
    *("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"),
)
#: Others → what to do.
_TO_DO: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"),
        "its first deployment has not come to an end: `ground-truth deploy {environment}` makes it"
        " anew",
    ),
    "DELETE_FAILED": "`ground-truth destroy {environment}` again, and see CloudFormation's events"
    " of it for what is in the way",
}
_OTHERWISE: Final = "wait until CloudFormation has ended, or deploy again, then try again"


@dataclass(frozen=True, kw_only=True)
class NotCompared:
    """A stack that CloudFormation can't compare, with what to do."""

    stack: str
    status: str
    to_do: str


@dataclass(frozen=True, kw_only=True)
class EnvironmentDrift:
    """What differs from what was deployed."""

    drifted: tuple[Drifted, ...]
    #: Types that CloudFormation can't compare.
    not_checked: tuple[str, ...]
    not_compared: tuple[NotCompared, ...]


def environment_drift(
    environment: Environment,
    cloudformation: Any,
    cognito: Any,
    *,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> EnvironmentDrift:
    """Compare each stack; one that can't be compared does not keep the others from it.

    Raises CommandError where nothing is deployed, and botocore's ClientError.
    """
    names = stack_names(environment.name)
    there = existing(cloudformation)
    if not there.keys() & set(names):
        raise CommandError(
            f"expected the stack {names[0]} in {environment.region}, got none; deploy it with"
            f" `ground-truth deploy {environment.name}`"
        )
    drifted, not_checked, not_compared = list[Drifted](), set[str](), list[NotCompared]()
    for name in names:
        if name not in there:
            drifted.append(_deleted(name))
            continue
        say(name)
        try:
            found = detect(name, cloudformation, sleep=sleep)
        except CommandError as error:
            not_compared.append(NotCompared(stack=name, status=there[name], to_do=str(error)))
            continue
        except ClientError:
            if there[name] in _COMPARABLE:
                raise
            words = _TO_DO.get(there[name], _OTHERWISE).format(environment=environment.name)
            not_compared.append(NotCompared(stack=name, status=there[name], to_do=words))
            continue
        stack = read(name, cloudformation)
        drifted += without_own(found, stack, cognito)
        not_checked |= stack.not_checked
    return EnvironmentDrift(
        drifted=tuple(drifted),
        not_checked=tuple(sorted(not_checked)),
        not_compared=tuple(not_compared),
    )


def _deleted(stack: str) -> Drifted:
    return Drifted(
        stack=stack,
        resource=stack,
        kind="AWS::CloudFormation::Stack",
        physical_id=stack,
        status="DELETED",
    )
