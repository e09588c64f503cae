"""boto3 clients with the rights of a role, for what a service of AWS does on somebody's behalf."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
from botocore.config import Config

from local.ground_truth.cloud import Scope

#: How long credentials are good for, and after how long there are new ones, in seconds. The
#: difference is how long a URL that is made with them can be used at least.
LIFETIME: Final = 12 * 3600.0
_RENEWED: Final = 6 * 3600.0
#: The longest time that a Lambda function may take, and some more.
_PATIENCE: Final = 960.0


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Temporary credentials of a role."""

    access_key: str
    secret_key: str
    token: str


@dataclass(kw_only=True)
class _Session:
    session: boto3.Session
    made: float
    clients: dict[str, Any] = field(default_factory=dict)


class RoleSessions:
    """Clients by role; `make` gives new credentials that are good for `LIFETIME` seconds."""

    def __init__(self, make: Callable[[Scope, str, Mapping[str, str] | None], Credentials]) -> None:
        self._make = make
        self._sessions: dict[tuple[Scope, str, tuple[tuple[str, str], ...]], _Session] = {}

    def client(
        self, scope: Scope, role: str, service: str, only: Mapping[str, str] | None = None
    ) -> Any:
        """Return a client of this computer's AWS with the rights of `role`.

        `only` are IP addresses by condition key from where they may be used.
        """
        key = scope, role, tuple(sorted((only or {}).items()))
        found = self._sessions.get(key)
        if found is None or time.time() - found.made > _RENEWED:
            credentials = self._make(scope, role, only)
            session = boto3.Session(
                aws_access_key_id=credentials.access_key,
                aws_secret_access_key=credentials.secret_key,
                aws_session_token=credentials.token,
                region_name=scope.region,
            )
            found = self._sessions[key] = _Session(session=session, made=time.time())
        if service not in found.clients:
            untyped: Any = found.session  # the stubs have one overload for each service
            found.clients[service] = untyped.client(
                service,
                endpoint_url=f"https://127.0.0.1:{os.environ['GATEWAY_PORT']}",
                config=Config(
                    connect_timeout=5,
                    read_timeout=_PATIENCE,
                    retries={"total_max_attempts": 1},
                    signature_version="v4" if service != "s3" else "s3v4",
                    s3={"addressing_style": "path"},
                ),
            )
        return found.clients[service]
