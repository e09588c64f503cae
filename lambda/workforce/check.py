"""`Custom::WorkforceCheck`: says what is in the way of a workforce before anything is made.

It writes nothing, so that its Delete has nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of, is_denied
from workforce import workforces
from workforce.email_sender import check_sender
from workforce.pool_check import check_pool
from workforce.rollback import is_rollback

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import WorkforceTypeDef

    from workforce.clients import Clients
    from workforce.event import Event

_Mode: TypeAlias = Literal["create", "oidc", "given"]

_WHERE: Final = "ResourceProperties"
#: `adopt` and `shared_with` are two ways to name a workforce that is given.
_MODES: Final[Mapping[str, _Mode]] = {
    "create": "create",
    "oidc": "oidc",
    "adopt": "given",
    "shared": "given",
}


@dataclass(frozen=True, kw_only=True)
class _DesiredState:
    """The workforce that an environment works with."""

    environment: str
    mode: _Mode
    name: str
    #: None for an OIDC workforce, and for one that is still to be made.
    user_pool_id: str | None
    client_id: str | None

    @property
    def is_made(self) -> bool:
        """Whether the environment's own stack makes it."""
        return self.mode != "given"

    def fits(self, found: WorkforceTypeDef) -> bool:
        """Say whether it may be this workforce that is meant."""
        ids = found.get("CognitoConfig")
        pool, client = (ids["UserPool"], ids["ClientId"]) if ids else (None, None)
        is_one = self.is_made or (pool, client) == (self.user_pool_id, self.client_id)
        return found["WorkforceName"] == self.name and is_one


def physical_id(event: Event) -> str:
    """Return an id that never changes."""
    return f"{event.text('Environment')}-workforce-check"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Look at what is there; raises CustomResourceError that says what to do about it."""
    desired = _desired_state(event.properties)
    return _checked(event, desired, aws)


def update(event: Event, aws: Clients) -> dict[str, str]:
    """Look again, unless a deployment that failed is taken back, of which nothing is refused."""
    desired, before = _desired_state(event.properties), _desired_state_or_none(event.before)
    try:
        if before is not None and before != desired:
            _guard_exchange(before, desired, aws)
            return _checked(event, desired, aws)
        if desired.is_made:
            check_sender(event.properties.get("EmailFrom"), aws)
            return {"SubDomain": ""}
        return _checked(event, desired, aws)
    except CustomResourceError as refusal:
        if not is_rollback(event.stack_id, aws):
            raise
        aws.log.warning("not refused, because a deployment is taken back: %s", refusal)
        found = None if desired.is_made else workforces.find(desired.name, aws)
        return {"SubDomain": found.get("SubDomain", "") if found else ""}


def delete(event: Event, aws: Clients) -> None:
    """Do nothing."""
    del event, aws


def _checked(event: Event, desired: _DesiredState, aws: Clients) -> dict[str, str]:
    sub_domain = ""
    if desired.is_made:
        _guard_the_one(desired, aws)
    else:
        sub_domain = _verified(desired, aws).get("SubDomain", "")
        if desired.user_pool_id is not None and event.text("Mode") == "adopt":
            check_pool(desired.user_pool_id, aws)
    check_sender(event.properties.get("EmailFrom"), aws)
    return {"SubDomain": sub_domain}


def _guard_the_one(desired: _DesiredState, aws: Clients) -> None:
    """Raise CustomResourceError if there is a workforce, and not only what is left of one."""
    found = workforces.await_change(
        lambda: workforces.the_one(aws),
        lambda workforce: workforces.status_of(workforce) != "Deleting",
        aws,
    )
    if found is None:
        return
    there = workforces.shown(found)
    if _is_left_over(found, aws):
        raise CustomResourceError(
            f"an account has one workforce per Region, and {there} is left of an environment that "
            f"was destroyed: its user pool is gone. Remove it and deploy again: "
            f"{_removal(found['WorkforceName'], aws)}"
        )
    raise CustomResourceError(
        f"an account has one workforce per Region, and {there} is there already. To work with it, "
        f"put this line in place of workforce.{desired.mode} into "
        f"environments/{desired.environment}.yaml: {workforces.adopt_line(found)} - or, if another "
        "environment of this project has made it, shared_with: and that environment's name; see "
        "docs/workforce.md"
    )


def _verified(desired: _DesiredState, aws: Clients) -> WorkforceTypeDef:
    """Return the workforce that is there already, if it is the one that is meant."""
    found = workforces.settled(desired.name, aws)
    file = f"environments/{desired.environment}.yaml"
    if found is None:
        other = workforces.the_one(aws)
        if other is None:
            raise CustomResourceError(
                f"expected workforce {desired.name}, which {file} names, but the account has none "
                "in this Region; use workforce.create to make one"
            )
        raise CustomResourceError(
            f"expected workforce {desired.name}, which {file} names, got "
            f"{workforces.shown(other)}; to work with it: {workforces.adopt_line(other)}"
        )
    if workforces.status_of(found) == "Failed":
        raise CustomResourceError(
            f"{workforces.shown(found)} has failed: {workforces.failure(found)}"
        )
    if not desired.fits(found):
        ids = f"user pool {desired.user_pool_id}, client {desired.client_id}"
        raise CustomResourceError(
            f"expected workforce {desired.name} with {ids if desired.user_pool_id else 'OIDC'}, as "
            f"{file} says, got {workforces.shown(found)}; to work with it: "
            f"{workforces.adopt_line(found)}"
        )
    return found


def _guard_exchange(before: _DesiredState, desired: _DesiredState, aws: Clients) -> None:
    """Raise CustomResourceError if a workforce would be lost that is in use."""
    found = workforces.the_one(aws)
    if found is None or not before.fits(found):
        return
    teams = workforces.team_names(aws)
    if not teams and not before.is_made:
        return
    use = f"work teams {', '.join(teams)} are in it" if teams else "this environment has made it"
    raise CustomResourceError(
        f"{workforces.shown(found)} can't be exchanged for another by a deployment: {use}. Destroy "
        f"the stack {desired.environment}/Workforce first, or take the change back; see "
        "docs/workforce.md"
    )


def _is_left_over(found: WorkforceTypeDef, aws: Clients) -> bool:
    """Say whether a workforce has outlived its user pool."""
    ids = found.get("CognitoConfig")
    if ids is None:
        return False
    try:
        aws.cognito.describe_user_pool(UserPoolId=ids["UserPool"])
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return True
        # A boundary lets nobody look at pools that are not the environment's.
        if is_denied(error):
            return False
        raise
    return False


def _removal(name: str, aws: Clients) -> str:
    region = aws.sagemaker.meta.region_name
    commands = [f"delete-workteam --workteam-name {team}" for team in workforces.team_names(aws)]
    return " && ".join(
        f"aws sagemaker {command} --region {region}"
        for command in (*commands, f"delete-workforce --workforce-name {name}")
    )


def _desired_state(properties: Mapping[str, Any]) -> _DesiredState:
    mode = _MODES[read.one_of(properties, "Mode", _WHERE, tuple(_MODES))]
    ids = {} if mode != "given" else properties
    return _DesiredState(
        environment=read.text(properties, "Environment", _WHERE),
        mode=mode,
        name=read.text(properties, "WorkforceName", _WHERE),
        user_pool_id=read.optional_text(ids, "UserPoolId", _WHERE),
        client_id=read.optional_text(ids, "ClientId", _WHERE),
    )


def _desired_state_or_none(properties: Mapping[str, Any]) -> _DesiredState | None:
    # Old properties may be of another version of the template: they must not stop an Update.
    try:
        return _desired_state(properties)
    except CustomResourceError:
        return None
