"""Services of AWS, asked with what the shell says: credentials, profile and addresses."""

from __future__ import annotations

from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from cli.errors import CommandError

#: What AWS answers to credentials that are no longer good
#: (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html).
ENDED: Final = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId")
#: What to do where there are none.
SIGN_IN: Final = "sign in to the account in this shell (`aws sso login`, or AWS_PROFILE=…)"


def client(service: str, region: str | None, config: Config | None = None) -> Any:
    """Return boto3's client of a service in a Region.

    Raises CommandError for settings that it can't use, such as an address without a scheme, and
    botocore's BotoCoreError.
    """
    try:
        session: Any = boto3.Session(region_name=region)
        return session.client(service, config=config)
    except BotoCoreError:
        raise
    except ValueError as error:
        raise CommandError(
            f"mend or unset AWS_ENDPOINT_URL, or what else the shell sets for AWS: {error}"
        ) from None


def unanswered(error: BotoCoreError | ClientError) -> CommandError:
    """Return what to tell people of an error of AWS that no verb knows."""
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else ""
    if isinstance(error, NoCredentialsError | PartialCredentialsError) or code in ENDED:
        return CommandError(f"{SIGN_IN}: {error}")
    return CommandError(f"AWS did not answer as expected: {error}")
