"""The operations on work teams of the private workforce.

Rules: botocore's `CreateWorkteam` to `DeleteWorkteam`, and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-api.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.api.lists import ordered, page
from local.ground_truth.api.state import Call, Workforce, Workteam
from local.ground_truth.api.tags import tag_map
from local.ground_truth.api.workforces import add_workforce, require_pool
from local.ground_truth.errors import in_use, invalid, too_many

#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-private-use-cognito.html
MAXIMUM: Final = 25
#: The last part of an ARN.
RESOURCE: Final = "workteam/private-crowd/{WorkteamName}"


def create_workteam(call: Call) -> dict[str, Any]:
    """Create a team of user groups; the first team of an account brings the workforce `default`."""
    request, account = call.request, call.account
    name = request["WorkteamName"]
    if name in account.workteams:
        raise in_use(f"Work team {name} already exists")
    if len(account.workteams) >= MAXIMUM:
        raise too_many(f"Account {call.scope.account} has {MAXIMUM} work teams, which is the limit")
    members = request["MemberDefinitions"]
    _require_groups(call, members)
    workforce = _workforce_for(call, members)
    _require_same_provider(workforce, members)
    team = Workteam(
        name=name,
        arn=_arn(call, name),
        workforce=workforce.name,
        description=request["Description"],
        members=members,
        notification=request.get("NotificationConfiguration", {}),
        access=request.get("WorkerAccessConfiguration", {}),
        created=call.now,
        modified=call.now,
    )
    account.workteams[name] = team
    account.tags[team.arn] = tag_map(request.get("Tags", ()))
    return {"WorkteamArn": team.arn}


def describe_workteam(call: Call) -> dict[str, Any]:
    """Describe a team."""
    return {"Workteam": _show(call, find_workteam(call))}


def list_workteams(call: Call) -> dict[str, Any]:
    """List the teams."""
    wanted = call.request.get("NameContains", "")
    found = [team for team in call.account.workteams.values() if wanted in team.name]
    by = {"CreateDate": lambda team: team.created, "Name": lambda team: team.name}
    found = ordered(call.request, found, by)
    return page(call.request, "Workteams", found, lambda team: _show(call, team))


def update_workteam(call: Call) -> dict[str, Any]:
    """Change members, description or notification in place."""
    team = find_workteam(call)
    members = call.request.get("MemberDefinitions", team.members)
    _require_groups(call, members)
    _require_same_provider(call.account.workforces[team.workforce], members)
    team.members = members
    team.description = call.request.get("Description", team.description)
    team.notification = call.request.get("NotificationConfiguration", team.notification)
    team.access = call.request.get("WorkerAccessConfiguration", team.access)
    team.modified = call.now
    return {"Workteam": _show(call, team)}


def delete_workteam(call: Call) -> dict[str, Any]:
    """Delete a team; its workforce stays."""
    team = find_workteam(call)
    del call.account.workteams[team.name]
    call.account.tags.pop(team.arn, None)
    return {"Success": True}


def find_workteam(call: Call) -> Workteam:
    """Return the team that the request names; ValidationException if there is none."""
    name = call.request["WorkteamName"]
    if name not in call.account.workteams:
        raise invalid(f"The work team {_arn(call, name)} does not exist")
    return call.account.workteams[name]


def _arn(call: Call, name: str) -> str:
    return call.scope.arn(RESOURCE.format(WorkteamName=name))


def _workforce_for(call: Call, members: Sequence[Mapping[str, Any]]) -> Workforce:
    workforces, name = call.account.workforces, call.request.get("WorkforceName")
    if name is not None and name not in workforces:
        raise invalid(f"No workforce found with name {name}")
    if name is not None:
        return workforces[name]
    if workforces:
        return next(iter(workforces.values()))
    # "A single private workforce […] is automatically created when you create your first private
    # work team": botocore, shape Workforce.
    definition = members[0].get("CognitoMemberDefinition")
    if definition is None:
        raise invalid("A work team of OIDC groups needs a workforce with OidcConfig, got none")
    cognito = {name: definition[name] for name in ("UserPool", "ClientId")}
    return add_workforce(call, "default", {"CognitoConfig": cognito})


def _require_groups(call: Call, members: Sequence[Mapping[str, Any]]) -> None:
    for member in members:
        if len(member) != 1:
            raise invalid(
                "A member has either CognitoMemberDefinition or OidcMemberDefinition, got"
                f" {sorted(member)}"
            )
        definition = member.get("CognitoMemberDefinition")
        if definition is None:
            continue  # only the identity provider knows its groups
        pool_id, group = definition["UserPool"], definition["UserGroup"]
        pool = require_pool(call, pool_id, definition["ClientId"])
        if group not in pool.groups:
            raise invalid(f"User pool {pool_id} has no user group {group}")


def _require_same_provider(workforce: Workforce, members: Sequence[Mapping[str, Any]]) -> None:
    wanted = "CognitoMemberDefinition" if workforce.cognito else "OidcMemberDefinition"
    for member in members:
        if wanted not in member:
            raise invalid(
                f"Work teams of workforce {workforce.name} have {wanted}, got {sorted(member)}"
            )
        if workforce.cognito is None:
            continue
        definition = member[wanted]
        for name in ("UserPool", "ClientId"):
            if definition[name] != workforce.cognito[name]:
                raise invalid(
                    f"All work teams of workforce {workforce.name} use its {name}"
                    f" {workforce.cognito[name]}, not {definition[name]}"
                )


def _show(call: Call, team: Workteam) -> dict[str, Any]:
    workforce = call.account.workforces[team.workforce]
    initialized = workforce.status(call.now) != "Initializing"
    return {
        "WorkteamName": team.name,
        "WorkteamArn": team.arn,
        "WorkforceArn": workforce.arn,
        **({"SubDomain": workforce.sub_domain} if initialized else {}),
        "Description": team.description,
        "MemberDefinitions": team.members,
        "NotificationConfiguration": team.notification,
        "WorkerAccessConfiguration": team.access,
        "CreateDate": team.created,
        "LastUpdatedDate": team.modified,
    }
