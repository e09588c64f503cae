"""The round: each hour, what no deployment and no person would do.

Last days end, and so do subscriptions that an address has confirmed after it left the file. It goes
by what is deployed, invites nobody and asks nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from custom_resource import properties as read
from workforce import subscriptions, workers
from workforce.deployed import deployed, is_current

if TYPE_CHECKING:
    from workforce.clients import Clients

#: The member of the event that the rule sends, which no event of CloudFormation has.
ROUND = "Round"


def go_round(event: Mapping[str, Any], aws: Clients) -> dict[str, int]:
    """Do what is due, and return how many people and subscriptions were ended.

    Nothing is done while a deployment is under way: the next round is in an hour. Raises
    CustomResourceError for an event of another form.
    """
    asked = read.mapping(event, ROUND, "event")
    found = deployed(read.text(asked, "StackId", f"event.{ROUND}"), aws)
    if found is None:
        aws.log.info("a deployment is under way, or has failed; left for the next round")
        return {"people": 0, "subscriptions": 0}
    still = functools.partial(is_current, found, aws)
    people = sum(workers.end(each, aws, still) for each in found.events("Custom::Workers"))
    ended = sum(
        subscriptions.end_late(each, aws, still) for each in found.events("Custom::Subscriptions")
    )
    aws.log.info("%d people and %d subscriptions ended", people, ended)
    return {"people": people, "subscriptions": ended}
