"""The operations on a private workforce.

Rules: botocore's `CreateWorkforce` to `DeleteWorkforce`, and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-private.html
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from local.ground_truth.api import portal_network
from local.ground_truth.api.lists import ordered, page
from local.ground_truth.api.state import Call, Workforce
from local.ground_truth.api.tags import tag_map
from local.ground_truth.cloud import UserPool
from local.ground_truth.errors import conflict, in_use, invalid

_LETTERS: Final = string.ascii_lowercase + string.digits


def create_workforce(call: Call) -> dict[str, Any]:
    """Create the account's only workforce in the Region."""
    request = call.request
    if ("CognitoConfig" in request) == ("OidcConfig" in request):
        raise invalid("Exactly one of CognitoConfig and OidcConfig must be provided")
    network = portal_network.changed({}, request)
    workforce = add_workforce(call, request["WorkforceName"], request)
    workforce.active_from = call.now + call.delay
    workforce.network = network
    call.account.tags[workforce.arn] = tag_map(request.get("Tags", ()))
    return {"WorkforceArn": workforce.arn}


def add_workforce(call: Call, name: str, config: Mapping[str, Any]) -> Workforce:
    """Create an active workforce with the CognitoConfig or OidcConfig in `config`.

    ValidationException if there is one, or Cognito does not fit. The client is left as it is:
    whether Ground Truth writes the portal's URLs into it is not documented.
    """
    if call.account.workforces:
        raise invalid(
            f"Cannot create more than one workforce for account {call.scope.account}. If you are"
            " trying to update existing workforce, please use UpdateWorkforce API"
        )
    cognito = config.get("CognitoConfig")
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(10))
    region, domain = call.scope.region, call.cloud.portal_domain
    workforce = Workforce(
        name=name,
        arn=call.scope.arn(f"workforce/{name}"),
        cognito=cognito,
        oidc=None if cognito else _without_secret(config["OidcConfig"]),
        client_secret=_cognito_secret(call, cognito)
        if cognito
        else config["OidcConfig"]["ClientSecret"],
        sub_domain=f"{prefix}.labeling.{region}.{domain}",
        created=call.now,
        modified=call.now,
        network={},
        active_from=call.now,
    )
    call.account.workforces[name] = workforce
    return workforce


def require_pool(call: Call, pool_id: str, client_id: str) -> UserPool:
    """Return the pool; ValidationException unless it and a client with a secret exist."""
    pool = call.cloud.user_pool(call.scope, pool_id)
    if pool is None:
        raise invalid(f"User pool {pool_id} does not exist")
    if client_id not in pool.clients:
        raise invalid(f"User pool {pool_id} has no app client {client_id}")
    if not pool.clients[client_id]:
        raise invalid(f"App client {client_id} of user pool {pool_id} has no client secret")
    return pool


def describe_workforce(call: Call) -> dict[str, Any]:
    """Describe a workforce."""
    return {"Workforce": show_workforce(find_workforce(call), call.now)}


def list_workforces(call: Call) -> dict[str, Any]:
    """List the workforces: one or none."""
    wanted = call.request.get("NameContains", "")
    found = [each for each in call.account.workforces.values() if wanted in each.name]
    by = {"CreateDate": lambda each: each.created, "Name": lambda each: each.name}
    found = ordered(call.request, found, by)
    return page(call.request, "Workforces", found, lambda each: show_workforce(each, call.now))


def update_workforce(call: Call) -> dict[str, Any]:
    """Change how workers reach the portal, or the identity provider of a workforce without teams.

    Pool and client never change.
    """
    workforce, request = find_workforce(call), call.request
    if workforce.status(call.now) != "Active":
        raise conflict(f"Workforce {workforce.name} is {workforce.status(call.now)}")
    network = portal_network.changed(workforce.network, request)
    if "OidcConfig" in request:
        if workforce.oidc is None:
            raise invalid(f"Workforce {workforce.name} uses Amazon Cognito and takes no OidcConfig")
        if teams := _teams(call):
            raise conflict(
                f"Workforce {workforce.name} has work teams: {teams}. Its OidcConfig can be changed"
                " when they are deleted"
            )
        workforce.oidc = _without_secret(request["OidcConfig"])
        workforce.client_secret = request["OidcConfig"]["ClientSecret"]
    workforce.network = network
    workforce.modified = call.now
    workforce.updating_until = call.now + call.delay
    return {"Workforce": show_workforce(workforce, call.now)}


def delete_workforce(call: Call) -> dict[str, Any]:
    """Begin to delete a workforce; ResourceInUse while it has work teams."""
    workforce = find_workforce(call)
    if teams := _teams(call):
        raise in_use(f"Workforce {workforce.name} has work teams: {teams}. Delete them first")
    workforce.gone_from = call.now + call.delay
    return {}


def find_workforce(call: Call) -> Workforce:
    """Return the workforce that the request names; ValidationException if there is none."""
    name = call.request["WorkforceName"]
    if name not in call.account.workforces:
        raise invalid(f"No workforce found with name {name}")
    return call.account.workforces[name]


def show_workforce(workforce: Workforce, now: float) -> dict[str, Any]:
    """Return botocore's shape Workforce; it has a SubDomain once it is initialized."""
    shown = {
        "WorkforceName": workforce.name,
        "WorkforceArn": workforce.arn,
        "CreateDate": workforce.created,
        "LastUpdatedDate": workforce.modified,
        "SourceIpConfig": {"Cidrs": []},
        "Status": workforce.status(now),
        **workforce.network,
    }
    shown |= {"CognitoConfig": workforce.cognito} if workforce.cognito else {}
    shown |= {"OidcConfig": workforce.oidc} if workforce.oidc else {}
    if workforce.status(now) != "Initializing":
        shown["SubDomain"] = workforce.sub_domain
    return shown


def _cognito_secret(call: Call, cognito: Mapping[str, str]) -> str:
    pool = require_pool(call, cognito["UserPool"], cognito["ClientId"])
    if not pool.domain:
        raise invalid(f"User pool {cognito['UserPool']} has no domain; add one to it first")
    return pool.clients[cognito["ClientId"]] or ""


def _without_secret(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in config.items() if name != "ClientSecret"}


def _teams(call: Call) -> str:
    return ", ".join(sorted(team.name for team in call.account.workteams.values()))
