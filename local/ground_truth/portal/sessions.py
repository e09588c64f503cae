"""Who is at the worker portal: sessions by their cookie, each of one worker of one workforce."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from local.ground_truth.api.service import GroundTruth
from local.ground_truth.api.state import Workforce
from local.ground_truth.cloud import Scope, User
from local.ground_truth.portal.desk import Member
from local.ground_truth.portal.sign_in import Identity


@dataclass(frozen=True, kw_only=True)
class _Session:
    scope: Scope
    #: The portal's name: another workforce of the same name has another one.
    sub_domain: str
    identity: Identity
    since: float


class Sessions:
    """All sessions, in memory; one ends when its worker is signed out, disabled or deleted."""

    def __init__(self, ground_truth: GroundTruth) -> None:
        self._ground_truth = ground_truth
        self._sessions: dict[str, _Session] = {}

    def begin(self, scope: Scope, workforce: Workforce, identity: Identity) -> str:
        """Return the secret by which a browser proves from now on who it is."""
        secret = secrets.token_urlsafe(32)
        self._sessions[secret] = _Session(
            scope=scope,
            sub_domain=workforce.sub_domain,
            identity=identity,
            since=self._ground_truth.clock(),
        )
        return secret

    def end(self, secret: str) -> bool:
        """End a session; say whether there was one."""
        return self._sessions.pop(secret, None) is not None

    def find(self, secret: str, workforce: Workforce, address: str) -> Member | None:
        """Return the worker, at an IP address, of a session at the workforce's portal, if good."""
        session = self._sessions.get(secret)
        if session is None or session.sub_domain != workforce.sub_domain:
            return None
        user = self._user(session, workforce)
        if user is None:
            self.end(secret)
            return None
        return Member(scope=session.scope, user=user, address=address)

    def _user(self, session: _Session, workforce: Workforce) -> User | None:
        identity = session.identity
        if workforce.cognito is None:
            return User(
                username=identity.sub,
                email=identity.name,
                sub=identity.sub,
                enabled=True,
                groups=identity.groups or frozenset(),
            )
        for user in self._ground_truth.cloud.users(session.scope, workforce.cognito["UserPool"]):
            if user.sub == identity.sub:
                good = user.enabled and user.signed_out <= session.since
                return user if good else None
        return None
