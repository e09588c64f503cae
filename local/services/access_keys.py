"""Which access keys there are: the root's, those of IAM's users, and those that STS gave."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from typing import Any

from local.gate.keys import AccessKey
from local.services.internals import module


class AccessKeys:
    """The keys of all accounts; MiniStack's own, which everybody knows, are none."""

    def __init__(self) -> None:
        self._iam = module("services.iam")
        self._sts = module("services.sts")
        self._root = AccessKey(
            id=os.environ["AWS_ACCESS_KEY_ID"], secret=os.environ["AWS_SECRET_ACCESS_KEY"]
        )
        #: ARNs of a function and its role → what the function signs with.
        self._of_functions: dict[tuple[str, str], AccessKey] = {}

    def find(self, key_id: str) -> AccessKey | None:
        """Return the key with an id, if there is one and it is active."""
        if key_id == self._root.id:
            return self._root
        if (session := self._sts._sessions.get(key_id)) is not None:
            return AccessKey(
                id=key_id,
                secret=session["SecretAccessKey"],
                token=session.get("SessionToken"),
                expires=session.get("Expiration"),
            )
        for (_, name), record in self._iam._access_keys.to_dict().items():
            if name == key_id and record["Status"] == "Active":
                return AccessKey(id=key_id, secret=record["SecretAccessKey"])
        return None

    def install(self) -> None:
        """Give functions keys that nobody can guess: MiniStack's follow from names alone."""
        for name in ("core.lambda_runtime", "services.lambda_svc"):
            module(name).execution_credentials = self._execution_credentials

    def _execution_credentials(self, config: Mapping[str, Any]) -> dict[str, str]:
        function, role = config["FunctionArn"], config.get("Role", "")
        account, name = function.split(":")[4], role.rsplit("/", 1)[-1]
        key = self._of_functions.get((function, role))
        if key is None:
            key = AccessKey(
                id=self._iam._gen_session_access_key(),
                secret=secrets.token_urlsafe(30),
                token=secrets.token_urlsafe(48),
            )
            self._of_functions[function, role] = key
            session_name = config.get("FunctionName", "")[:64]
            session = {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
                "UserId": f"{name}:{session_name}",
                "SecretAccessKey": key.secret,
                "SessionToken": key.token,
            }
            self._sts.register_session(key.id, session)
        return {
            "AWS_ACCESS_KEY_ID": key.id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_SESSION_TOKEN": str(key.token),
        }
