"""App clients of user pools: what they may be, and how AWS updates and describes them.

botocore's model of `cognito-idp` is the source of the rules.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.services.cognito.answers import Answer, error, invalid, without_empty
from local.services.cognito.login_pages import Client
from local.services.internals import module

_CODE_FLOWS: Final = frozenset({"code", "implicit"})


def client_of(record: Mapping[str, Any]) -> Client:
    """Return what login pages need to know of a client."""

    def names(key: str) -> frozenset[str]:
        return frozenset(record.get(key) or ())

    return Client(
        uses_oauth=bool(record.get("AllowedOAuthFlowsUserPoolClient")),
        flows=names("AllowedOAuthFlows"),
        providers=names("SupportedIdentityProviders"),
        callbacks=names("CallbackURLs"),
        logouts=names("LogoutURLs"),
    )


def patch_clients() -> None:
    """Let an update set what it leaves out to its default, and refuse flows without URLs."""
    cognito = module("services.cognito")
    provisioners = module("services.cloudformation.provisioners")
    defaults = {
        name: value
        for name, value in provisioners._COGNITO_USER_POOL_CLIENT_UPDATABLE.items()
        if name != "ClientName"  # it has no default
    }

    def checked(operation: Callable[[Any], Any], fill: Mapping[str, Any]) -> Any:
        def run(data: Any) -> Any:
            request = {**copy.deepcopy(dict(fill)), **data}
            return _refusal(request) or _shown(operation(request))

        return run

    cognito._create_user_pool_client = checked(cognito._create_user_pool_client, {})
    cognito._update_user_pool_client = checked(cognito._update_user_pool_client, defaults)
    describe = cognito._describe_user_pool_client
    cognito._describe_user_pool_client = lambda data: _shown(describe(data))


def _refusal(data: Mapping[str, Any]) -> Answer | None:
    callbacks = data.get("CallbackURLs") or []
    if not callbacks and _CODE_FLOWS & set(data.get("AllowedOAuthFlows") or ()):
        return error(
            "InvalidOAuthFlowException",
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        )
    default = data.get("DefaultRedirectURI")
    if default and default not in callbacks:
        return invalid(f"DefaultRedirectURI {default} is not in the list of CallbackURLs")
    for url in (*callbacks, *(data.get("LogoutURLs") or [])):
        if not re.match(r"https://|http://localhost\b|(?!https?:)[a-z][\w+.-]*:", url):
            return invalid(f"{url} is not a URL that begins with https://")
    return None


def _shown(answer: Any) -> Any:
    """Leave out of a described client what is not set."""
    status, headers, body = answer
    if status != 200:
        return answer
    client = without_empty(json.loads(body)["UserPoolClient"])
    return status, headers, json.dumps({"UserPoolClient": client}).encode()
