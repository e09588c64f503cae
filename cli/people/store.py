"""The list of people that an environment keeps outside of the repository, read and written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from cli.errors import CommandError
from custom_resource.errors import code_of
from ground_truth.config import Environment
from ground_truth.config.worker import Worker
from workforce import people_file
from workforce.people_file import Person
from workforce.people_source import ListError, bucket_and_key, fetch

if TYPE_CHECKING:
    from cli.aws.people import Clients

#: Characters of a secret (botocore, secretsmanager: SecretStringType).
_LONGEST_SECRET: Final = 65_536
#: The label of a version of a secret that is to become the present one.
_NEXT: Final = "ground-truth-import"
#: S3's and Secrets Manager's words for another version than the one that was read.
_OVERTAKEN: Final = frozenset(
    {"ConditionalRequestConflict", "InvalidParameterException", "PreconditionFailed"}
)
_NO_OBJECT: Final = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The list as it stands there."""

    #: None where there is none yet.
    data: bytes | None
    #: What a change of it is held against: an ETag or a version's id; empty where there is none.
    version: str = ""


def with_list(environment: Environment, clients: Clients) -> Environment:
    """Return an environment whose file names the people of its list as well.

    Raises CommandError if the list can't be gone by.
    """
    source = environment.workforce.workers_from
    if source is None:
        return environment
    people = listed(environment, clients)
    teams = {}
    for key, team in environment.workforce.teams.items():
        named = {worker.email: worker for worker in team.workers}
        days = environment.workforce.last_days
        for each in people:
            if key in each.teams:
                until = days.get(each.address, each.until)
                # A last day is the person's, whichever of the two says it.
                named[each.address] = Worker(email=each.address, until=until)
        teams[key] = team.model_copy(update={"workers": tuple(named.values())})
    workforce = environment.workforce.model_copy(update={"teams": teams})
    return environment.model_copy(update={"workforce": workforce})


def listed(environment: Environment, clients: Clients) -> list[Person]:
    """Return the people of an environment's list; raises CommandError if it can't be gone by."""
    try:
        data = fetch(str(environment.workforce.workers_from), clients.of_function())
    except ListError as error:
        raise CommandError(str(error)) from None
    return people_in(environment, data)


def people_in(environment: Environment, data: bytes) -> list[Person]:
    """Return the people of a list; raises CommandError with all that is wrong with it."""
    people, faults = people_file.read(data, tuple(environment.workforce.teams))
    if faults:
        source = environment.workforce.workers_from
        raise CommandError(f"{source}: {people_file.sentence(faults)}; put that right first")
    return people


def stored(environment: Environment, clients: Clients) -> Stored:
    """Return the list as it stands there; raises botocore's errors where it can't be read."""
    source = str(environment.workforce.workers_from)
    try:
        if source.startswith("s3://"):
            bucket, key = bucket_and_key(source)
            found = clients.s3.get_object(Bucket=bucket, Key=key)
            return Stored(data=found["Body"].read(), version=found["ETag"])
        found = clients.secrets.get_secret_value(SecretId=source)
    except ClientError as error:
        # A secret without a value is not found either; it is there, since its ARN has its end.
        if code_of(error) in {*_NO_OBJECT, "ResourceNotFoundException"}:
            return Stored(data=None)
        raise
    data = found.get("SecretBinary") or str(found.get("SecretString", "")).encode()
    return Stored(data=data or None, version=found["VersionId"])


def write(environment: Environment, before: Stored, data: bytes, clients: Clients) -> None:
    """Write the list, unless somebody else has done that since it was read.

    Raises CommandError then, and botocore's errors where it can't be written.
    """
    source = str(environment.workforce.workers_from)
    try:
        if source.startswith("s3://"):
            _put(environment, before, data, clients.s3)
        else:
            _put_secret(source, before, data, clients.secrets)
    except ClientError as error:
        if code_of(error) in _OVERTAKEN:
            raise CommandError(
                f"run it again: somebody else has changed {source} meanwhile; nothing was written"
            ) from None
        raise


def _put(environment: Environment, before: Stored, data: bytes, s3: Any) -> None:
    bucket, key = bucket_and_key(str(environment.workforce.workers_from))
    key_arn = environment.workforce.workers_from_key
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=data,
        ContentType="text/csv; charset=utf-8",
        **({"IfMatch": before.version} if before.version else {"IfNoneMatch": "*"}),
        **({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn} if key_arn else {}),
    )


def _put_secret(source: str, before: Stored, data: bytes, secrets: Any) -> None:
    """Add a version, and make it the present one only if that is still the one that was read."""
    text = data.decode()
    if len(text) > _LONGEST_SECRET:
        raise CommandError(
            f"expected at most {_LONGEST_SECRET} characters, which is what a secret holds, got"
            f" {len(text)}; keep the list as an object, with workers_from: s3://…"
        )
    token = str(uuid.uuid4())
    first = {} if before.version else {"VersionStages": ["AWSCURRENT"]}
    stages = first or {"VersionStages": [_NEXT]}
    secrets.put_secret_value(SecretId=source, SecretString=text, ClientRequestToken=token, **stages)
    if before.version:
        secrets.update_secret_version_stage(
            SecretId=source,
            VersionStage="AWSCURRENT",
            MoveToVersionId=token,
            RemoveFromVersionId=before.version,
        )
