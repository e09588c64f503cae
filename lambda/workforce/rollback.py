"""Tells an event that takes a failed deployment back from one that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from workforce.waiting import is_passing

if TYPE_CHECKING:
    from workforce.clients import Clients

#: A stack's status while its first deployment is taken back (botocore: StackStatus).
_OF_THE_FIRST: Final = "ROLLBACK_IN_PROGRESS"


def is_rollback(stack_id: str, aws: Clients, *, unknown: bool = False) -> bool:
    """Say whether CloudFormation is taking a deployment back; `unknown` where it may not be asked.

    A refusal would block the stack then, and what the event asks for was there before.
    """
    try:
        return "ROLLBACK" in _status(stack_id, aws)
    except ClientError as error:
        if is_passing(error):
            raise
        # What was to be refused is the better reason.
        aws.log.warning("the stack can't be looked at: %s", error)
        return unknown


def is_rolling_back(stack_id: str, aws: Clients) -> bool:
    """Say the same, but not of a stack whose last deployment has been taken back."""
    try:
        status = _status(stack_id, aws)
    except ClientError as error:
        if is_passing(error):
            raise
        aws.log.warning("the stack can't be looked at: %s", error)
        return False
    return "ROLLBACK" in status and status.endswith("_IN_PROGRESS")


def is_first_rollback(stack_id: str, aws: Clients) -> bool:
    """Say whether a stack's first deployment is taken back, after which there is no stack."""
    return _status(stack_id, aws) == _OF_THE_FIRST


def _status(stack_id: str, aws: Clients) -> str:
    (stack,) = aws.cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    return stack["StackStatus"]
