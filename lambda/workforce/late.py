"""Tells an event that CloudFormation waits for from one that comes after it has gone on.

Lambda may deliver an event late, when what it asks for was taken back; obeyed then, it would invite
and disable people against the stack.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from workforce.waiting import ask

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

#: Between the time at which CloudFormation begins to change a resource and the one at which it
#: signs the event. It waits for longer before it gives an event up.
_SLACK: Final = timedelta(minutes=1)
#: Seconds for which CloudFormation is asked again.
_PATIENCE: Final = 60.0


def is_late(event: Event, aws: Clients) -> bool:
    """Say whether CloudFormation has begun or ended something with the resource since then.

    It deletes a resource whose Create still runs, if another one has failed meanwhile
    (https://github.com/aws/aws-cdk/issues/26139). An event is obeyed where that can't be found out.
    """
    if event.sent is None:
        return False
    try:
        found = ask(
            lambda: aws.cloudformation.describe_stack_resource(
                StackName=event.stack_id, LogicalResourceId=event.logical_id
            ),
            aws,
            seconds=_PATIENCE,
        )["StackResourceDetail"]
    except (BotoCoreError, ClientError) as error:
        aws.log.warning("the resource can't be looked at: %s", error)
        return False
    is_deleted = found["ResourceStatus"].startswith("DELETE") and event.kind != "Delete"
    return is_deleted or found["LastUpdatedTimestamp"] > event.sent + _SLACK
