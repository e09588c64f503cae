"""The services of the shell's account, asked with patience for a few seconds only."""

from __future__ import annotations

import os
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import get_session

from cli.aws.session import client

_HURRIED: Final = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})


class Clients:
    """Returns a service's client in a Region, or in the shell's; the same one each time.

    Calling it raises BotoCoreError or CommandError for what the shell sets wrongly, such as an
    AWS_PROFILE that is not there.
    """

    def __init__(self, region: str | None) -> None:
        #: Where they are; None if neither an environment nor the shell says it.
        self.region = region or os.environ.get("AWS_REGION") or _of_profile()
        self._clients: dict[str, Any] = {}

    def profiles(self) -> tuple[str, ...]:
        """Return the profiles of AWS's configuration files; raises BotoCoreError if one is bad."""
        return tuple(get_session().available_profiles)

    def __call__(self, service: str) -> Any:
        """Return boto3's client of a service."""
        if service not in self._clients:
            self._clients[service] = client(service, self.region, _HURRIED)
        return self._clients[service]


def _of_profile() -> str | None:
    """Return what boto3 itself finds, which does not read AWS_REGION."""
    try:
        return boto3.Session().region_name
    except BotoCoreError:
        # No such profile, or a file that can't be parsed: to be told with the profile.
        return None
