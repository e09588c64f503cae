"""The operations on a private workforce.

Rules: botocore's `CreateWorkforce` to `DeleteWorkforce`, and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-private.html
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from local.ground_truth.cloud import UserPool
from local.ground_truth.errors import in_use, invalid
from local.ground_truth.state import Call, Workforce, ordered, page, tag_map

_LETTERS = string.ascii_lowercase + string.digits
_NETWORK = ("SourceIpConfig", "WorkforceVpcConfig", "IpAddressType")


def create_workforce(call: Call) -> dict[str, Any]:
    """Create the account's only workforce in the Region."""
    request = call.request
    if ("CognitoConfig" in request) == ("OidcConfig" in request):
        raise invalid("Exactly one of CognitoConfig and OidcConfig must be provided")
    if "OidcConfig" in request:
        raise invalid("Local Ground Truth has no OIDC workforces; use CognitoConfig")
    cognito = request["CognitoConfig"]
    workforce = add_workforce(call, request["WorkforceName"], cognito)
    workforce.active_from = call.now + call.delay
    workforce.network = {name: request[name] for name in _NETWORK if name in request}
    call.account.tags[workforce.arn] = tag_map(request.get("Tags", ()))
    return {"WorkforceArn": workforce.arn}


def add_workforce(call: Call, name: str, cognito: Mapping[str, str]) -> Workforce:
    """Create an active workforce; ValidationException if there is one or Cognito does not fit."""
    if call.account.workforces:
        raise invalid(
            f"Cannot create more than one workforce for account {call.scope.account}. If you are"
            " trying to update existing workforce, please use UpdateWorkforce API"
        )
    pool = require_pool(call, cognito["UserPool"], cognito["ClientId"])
    if not pool.has_domain:
        raise invalid(f"User pool {cognito['UserPool']} has no domain; add one to it first")
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(10))
    workforce = Workforce(
        name=name,
        arn=call.scope.arn(f"workforce/{name}"),
        cognito=cognito,
        sub_domain=f"{prefix}.labeling.{call.scope.region}.sagemaker.aws",
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
    """Change how workers reach the portal; pool and client never change."""
    workforce = find_workforce(call)
    if "OidcConfig" in call.request:
        raise invalid(f"Workforce {workforce.name} uses Amazon Cognito and takes no OidcConfig")
    changes = {name: call.request[name] for name in _NETWORK if name in call.request}
    workforce.network.update(changes)
    workforce.modified = call.now
    return {"Workforce": show_workforce(workforce, call.now)}


def delete_workforce(call: Call) -> dict[str, Any]:
    """Begin to delete a workforce; ResourceInUse while it has work teams."""
    workforce = find_workforce(call)
    teams = [team.name for team in call.account.workteams.values()]
    if teams:
        raise in_use(
            f"Workforce {workforce.name} has work teams: {', '.join(sorted(teams))}. Delete them"
            " first"
        )
    workforce.gone_from = call.now + call.delay
    return {}


def find_workforce(call: Call) -> Workforce:
    """Return the workforce that the request names; ValidationException if there is none."""
    name = call.request["WorkforceName"]
    if name not in call.account.workforces:
        raise invalid(f"No workforce found with name {name}")
    return call.account.workforces[name]


def show_workforce(workforce: Workforce, now: float) -> dict[str, Any]:
    """Return botocore's shape Workforce."""
    shown = {
        "WorkforceName": workforce.name,
        "WorkforceArn": workforce.arn,
        "CognitoConfig": workforce.cognito,
        "CreateDate": workforce.created,
        "LastUpdatedDate": workforce.modified,
        "SourceIpConfig": {"Cidrs": []},
        "Status": workforce.status(now),
        **workforce.network,
    }
    if workforce.status(now) != "Initializing":
        shown["SubDomain"] = workforce.sub_domain
    return shown
