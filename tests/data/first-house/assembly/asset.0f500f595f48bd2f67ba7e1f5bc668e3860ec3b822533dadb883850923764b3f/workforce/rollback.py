"""Tells an Update that takes a failed deployment back from one that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from workforce.collaborators import Collaborators


def is_rollback(stack_id: str, aws: Collaborators) -> bool:
    """Say whether CloudFormation is taking a deployment back.

    A refusal would block the stack then, and what the event asks for was there before.
    """
    try:
        (stack,) = aws.cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    except ClientError as error:
        # What was to be refused is the better reason.
        aws.log.warning("the stack can't be looked at: %s", error)
        return False
    return "ROLLBACK" in stack["StackStatus"]
