"""Whether the workforce has the present version of its OIDC client's secret, which nobody reads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ground_truth.config import Environment
from workforce.oidc_secret import Sent, was_sent

if TYPE_CHECKING:
    from cli.aws.people import Clients

#: The version that a secret has now
#: (https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html).
_PRESENT: Final = "AWSCURRENT"


def sent_secret(environment: Environment, clients: Clients) -> Sent:
    """Return whether the secret that the file names was sent to the environment's workforce."""
    oidc = environment.workforce.oidc
    if oidc is None:
        return "sent"
    found = clients.sagemaker.describe_workforce(WorkforceName=environment.name)["Workforce"]
    try:
        made = _made(oidc.client_secret, clients)
    except ClientError:
        return "unreadable"
    return was_sent(made, found)


def _made(arn: str, clients: Clients) -> datetime | None:
    """Return when the present version of a secret was made."""
    request = {"SecretId": arn}
    while True:
        page = clients.secrets.list_secret_version_ids(**request)
        for version in page["Versions"]:
            if _PRESENT in version.get("VersionStages", ()):
                made: datetime | None = version.get("CreatedDate")
                return made
        if not page.get("NextToken"):
            return None
        request["NextToken"] = page["NextToken"]
