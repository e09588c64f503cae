"""Which version of a list of people is there, so that a deployment notices another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws.policies import lookup_credentials
from workforce.people_source import bucket_and_key

if TYPE_CHECKING:
    from ground_truth.config import Environment

#: The parameter of the stack (`constructs/ground_truth/workforce/people_list.py`).
PARAMETER: Final = "PeopleListRevision"


def revision_option(environment: Environment, session: Any = None) -> tuple[list[str], str]:
    """Return CDK's options that give the list's version, and what to tell people of it.

    Nothing is read of the list itself. Where nobody may look, the version that was given last
    stands, which changes nothing: so it is with `cdk deploy`, too. `session` is one of boto3, else
    that of the shell.
    """
    source = environment.workforce.workers_from
    if source is None:
        return [], ""
    try:
        session = session or boto3.Session()
        try:
            found = _revision(source, environment.region, session, {})
        except ClientError:
            # Who may only assume CDK's roles sees it as the one for lookups.
            credentials = lookup_credentials(environment, session)
            found = _revision(source, environment.region, session, credentials)
    except (BotoCoreError, ClientError, ValueError) as error:
        why = error.response["Error"].get("Code") if isinstance(error, ClientError) else error
        return [], f"{source} can't be looked at ({why}): whether it has changed is not known"
    return [f"--parameters={environment.name}-Workforce:{PARAMETER}={found}"], ""


def _revision(source: str, region: str, session: Any, credentials: dict[str, str]) -> str:
    """Return what is another text for another list; it has letters, digits and hyphens."""
    if source.startswith("s3://"):
        bucket, key = bucket_and_key(source)
        s3 = session.client("s3", region_name=region, **credentials)
        # Says no more than that, and needs no key.
        page = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        found = [each for each in page.get("Contents", ()) if each["Key"] == key]
        return str(found[0]["ETag"]).strip('"') if found else "none"
    secrets = session.client("secretsmanager", region_name=region, **credentials)
    described = secrets.describe_secret(SecretId=source)
    stages = described.get("VersionIdsToStages", {})
    return next((each for each, of_it in stages.items() if "AWSCURRENT" in of_it), "none")
