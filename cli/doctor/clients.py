"""The services of the shell's account, asked with patience for a few seconds only."""

from __future__ import annotations

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
        self._named = region
        self._clients: dict[str, Any] = {}

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of AWS's configuration files."""
        return tuple(get_session().available_profiles)

    @property
    def region(self) -> str | None:
        """Where the clients are; None if neither an environment nor the shell says it."""
        if self._named is not None:
            return self._named
        try:
            return boto3.Session().region_name
        except ProfileNotFound:
            return None

    def __call__(self, service: str) -> Any:
        """Return boto3's client of a service."""
        if service not in self._clients:
            session: Any = boto3.Session(region_name=self._named)
            self._clients[service] = session.client(service, config=_HURRIED)
        return self._clients[service]
