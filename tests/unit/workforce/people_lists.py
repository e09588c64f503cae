"""Lists of people that stand outside, and what AWS answers to who reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_users import POOL
from tests.unit.workforce.sns_topics import topic_arn
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import topics_properties, workers_properties

LIST = "s3://people-lists/dev.csv"


@dataclass
class PeopleWithList(FakePeople):
    """All that belongs to a workforce, and objects of S3."""

    #: `s3://bucket/key` to what stands there.
    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, *lines: str, header: str = "address,teams") -> None:
        """Write the list: a line for each person."""
        self.objects[LIST] = "\n".join([header, *lines, ""]).encode()

    def name_people(self, emails: Iterable[str]) -> None:
        """Write the list of people who are all in one team."""
        self.put(*(f"{email},readers" for email in emails))

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        place = f"s3://{parameters['Bucket']}/{parameters['Key']}"
        if place not in self.objects:
            # Who may not list the bucket is not told that there is none
            # (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
            raise RefusedError("AccessDenied", "Access Denied")
        return {"Body": io.BytesIO(self.objects[place])}


def list_properties(*emails: str, source: str = LIST, **changes: Any) -> dict[str, Any]:
    """Return the properties of workers of whom the template names some, or none."""
    teams = [{"Key": key, "Name": f"dev-{key}"} for key in ("readers", "writers")]
    given = {"From": source, "Revision": "1", "Teams": teams, **changes}
    return workers_properties(*emails, **given)


def told_properties(*emails: str, more: tuple[str, ...] = (), group: str = "") -> dict[str, Any]:
    """Return the properties of the subscriptions of a topic, some of which are no resources."""
    topic = {
        "TopicArn": topic_arn("readers"),
        "Addresses": list(emails),
        **({"More": list(more)} if more else {}),
        **({"Group": group} if group else {}),
    }
    return {**topics_properties(), "UserPoolId": POOL, "Topics": [topic]}
