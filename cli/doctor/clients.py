"""The services of the shell's account, asked with patience for a few seconds only."""

from __future__ import annotations

import os
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound
from botocore.session import get_session

_HURRIED: Final = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})


class Clients:
    """Returns a service's client in a Region, or in the shell's; the same one each time.

    Calling it raises ProfileNotFound where AWS_PROFILE names none that is there.
    """

    def __init__(self, region: str | None) -> None:
        #: Where they are; None if neither an environment nor the shell says it.
        self.region = region or os.environ.get("AWS_REGION") or _of_profile()
        self._clients: dict[str, Any] = {}

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of AWS's configuration files."""
        return tuple(get_session().available_profiles)

    def __call__(self, service: str) -> Any:
        """Return boto3's client of a service."""
        if service not in self._clients:
            session: Any = boto3.Session(region_name=self.region)
            self._clients[service] = session.client(service, config=_HURRIED)
        return self._clients[service]


def _of_profile() -> str | None:
    """Return what boto3 itself finds, which does not read AWS_REGION."""
    try:
        return boto3.Session().region_name
    except ProfileNotFound:
        return None
