"""Services of AWS, asked with what the shell says: credentials, profile and addresses."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from cli.errors import CommandError


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
