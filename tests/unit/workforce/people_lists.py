"""Lists of people that stand outside, and what AWS answers to who reads them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.sns_topics import topic_arn
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import topics_properties, workers_properties

LIST = "s3://people-lists/dev.csv"


@dataclass
class PeopleWithList(FakePeople):
    """All that belongs to a workforce, and objects of S3."""

    #: `s3://bucket/key` to what stands there.
    objects: dict[str, bytes] = field(default_factory=dict)
    #: Versions of secrets, and which is a secret's present one.
    versions: dict[str, str] = field(default_factory=dict)
    present: dict[str, str] = field(default_factory=dict)
    #: What S3 answers where there is nothing: who may list the bucket is told that there is none
    #: (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
    absent: str = "AccessDenied"

    def put(self, *lines: str, header: str = "address,teams") -> None:
        """Write the list: a line for each person."""
        self.objects[LIST] = "\n".join([header, *lines, ""]).encode()

    def name_people_of_list(self, emails: Iterable[str]) -> None:
        """Write the list of people who are all in one team."""
        self.put(*(f"{email},readers" for email in emails))

    def etag(self, place: str = LIST) -> str:
        """Return S3's mark of what stands there."""
        return f'"{hashlib.sha256(self.objects[place]).hexdigest()[:32]}"'

    def _put_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        place = f"s3://{parameters['Bucket']}/{parameters['Key']}"
        is_there = place in self.objects
        if parameters.get("IfNoneMatch") == "*" and is_there:
            raise RefusedError("PreconditionFailed", "At least one of the pre-conditions failed")
        if "IfMatch" in parameters and (not is_there or parameters["IfMatch"] != self.etag(place)):
            raise RefusedError("PreconditionFailed", "At least one of the pre-conditions failed")
        body = parameters["Body"]
        self.objects[place] = body if isinstance(body, bytes) else body.read()
        return {"ETag": self.etag(place)}

    def _put_secret_value(self, parameters: dict[str, Any]) -> dict[str, Any]:
        secret, version = parameters["SecretId"], parameters["ClientRequestToken"]
        self.versions[version] = parameters["SecretString"]
        if "AWSCURRENT" in parameters["VersionStages"]:
            self.present[secret] = version
        return {"VersionId": version}

    def _update_secret_version_stage(self, parameters: dict[str, Any]) -> dict[str, Any]:
        secret = parameters["SecretId"]
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
        if self.present.get(secret) != parameters["RemoveFromVersionId"]:
            raise RefusedError("InvalidParameterException", "The staging label is on another")
        self.present[secret] = parameters["MoveToVersionId"]
        return {}

    def _get_secret_value(self, parameters: dict[str, Any]) -> dict[str, Any]:
        secret = parameters["SecretId"]
        if secret not in self.present:
            version = self.present[secret] = f"{len(self.versions):032}"
            self.versions[version] = self.secrets[secret]
        version = self.present[secret]
        return {"SecretString": self.versions[version], "VersionId": version}

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        place = f"s3://{parameters['Bucket']}/{parameters['Key']}"
        if place not in self.objects:
            raise RefusedError(self.absent, "Access Denied")
        return {"Body": io.BytesIO(self.objects[place]), "ETag": self.etag(place)}


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
