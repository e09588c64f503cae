"""`Custom::OidcWorkforce`: a workforce whose workers sign in with the user's identity provider.

CloudFormation's own type refuses client ids and secrets with hyphens, dots or tildes, and its
secret would stand in the template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of, may_mean_absent
from workforce import workforces
from workforce.portal_network import network_of
from workforce.rollback import is_rollback

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import WorkforceTypeDef

    from workforce.clients import Clients
    from workforce.event import Event

_WHERE: Final = "ResourceProperties"


@dataclass(frozen=True, kw_only=True)
class _DesiredState:
    """The workforce that the properties describe."""

    name: str
    #: OidcConfig without its secret.
    oidc: Mapping[str, Any]
    secret_arn: str
    cidrs: tuple[str, ...]
    vpc: Mapping[str, Any]

    @property
    def network(self) -> dict[str, Any]:
        """What can be changed at any time, complete, so that what is no longer wanted goes away."""
        return {
            "SourceIpConfig": {"Cidrs": list(self.cidrs)},
            "WorkforceVpcConfig": dict(self.vpc),
        }


def physical_id(event: Event) -> str:
    """Return the workforce's name."""
    return event.text("WorkforceName")


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Make the workforce, or find the one that an interrupted run has made."""
    desired = _desired_state(event.properties)
    found = workforces.settled(desired.name, aws)
    if found is None:
        _make(desired, aws)
        found = workforces.settled(desired.name, aws)
    if found is not None and _oidc_of(found) != desired.oidc:
        raise CustomResourceError(
            f"{workforces.shown(found)} is there already and has another configuration; to work "
            f"with it: {workforces.adopt_line(found)}"
        )
    return _with_network(found, desired, aws)


def update(event: Event, aws: Clients) -> dict[str, str]:
    """Change the network at any time, and the identity provider as long as there is no team."""
    desired = _desired_state(event.properties)
    if event.physical_id != desired.name:
        return create(event, aws)
    found = workforces.settled(desired.name, aws)
    is_other_secret = event.before.get("ClientSecretArn") != desired.secret_arn
    if found is not None and (is_other_secret or _oidc_of(found) != desired.oidc):
        teams = workforces.team_names(aws)
        if not teams:
            config = {**desired.oidc, "ClientSecret": _secret(desired.secret_arn, aws)}
            aws.sagemaker.update_workforce(WorkforceName=desired.name, OidcConfig=config)  # type: ignore[arg-type]  # checked by botocore
            found = workforces.settled(desired.name, aws)
        elif not is_rollback(event.stack_id, aws):
            raise CustomResourceError(
                f"the identity provider of workforce {desired.name} can't be changed while work "
                f"teams {', '.join(teams)} are in it; destroy the stack that made them first, or "
                "take the change back; see docs/workforce.md"
            )
    return _with_network(found, desired, aws)


def delete(event: Event, aws: Clients) -> None:
    """Delete the workforce and wait until it is gone; one of another configuration is not ours."""
    name, oidc = event.properties.get("WorkforceName"), event.properties.get("Oidc")
    if not isinstance(name, str) or not isinstance(oidc, Mapping):
        return
    found = workforces.settled(name, aws)
    if found is None or _oidc_of(found) != _without_empty(oidc):
        return
    try:
        aws.sagemaker.delete_workforce(WorkforceName=name)
    except ClientError as error:
        if code_of(error) != "ResourceInUse":
            raise
        raise CustomResourceError(
            f"workforce {name} can't be deleted while work teams "
            f"{', '.join(workforces.team_names(aws))} are in it; destroy the environments that "
            "share it first"
        ) from None
    workforces.await_change(lambda: workforces.find(name, aws), lambda _: False, aws)


def _make(desired: _DesiredState, aws: Clients) -> None:
    request: dict[str, Any] = {
        "WorkforceName": desired.name,
        "OidcConfig": {**desired.oidc, "ClientSecret": _secret(desired.secret_arn, aws)},
        **{name: value for name, value in desired.network.items() if any(value.values())},
    }
    try:
        aws.sagemaker.create_workforce(**request)
    except ClientError as error:
        # Another delivery of the event may have been faster.
        if not may_mean_absent(error) or workforces.find(desired.name, aws) is None:
            raise


def _with_network(
    found: WorkforceTypeDef | None, desired: _DesiredState, aws: Clients
) -> dict[str, str]:
    """Change the network if it is another one, and return the attributes of the workforce."""
    there = _present(found, desired)
    network = network_of(there)
    changes = {name: value for name, value in desired.network.items() if network[name] != value}
    if changes:
        aws.sagemaker.update_workforce(WorkforceName=desired.name, **changes)
        there = _present(workforces.settled(desired.name, aws), desired)
    return {"SubDomain": there["SubDomain"], "WorkforceArn": there["WorkforceArn"]}


def _present(found: WorkforceTypeDef | None, desired: _DesiredState) -> WorkforceTypeDef:
    """Return a workforce that can be worked with; raises CustomResourceError for any other."""
    if found is None:
        raise CustomResourceError(
            f"workforce {desired.name} is gone, somebody has deleted it; destroy the stack that "
            "made it and deploy again"
        )
    if workforces.status_of(found) == "Failed":
        raise CustomResourceError(
            f"workforce {desired.name} has failed: {workforces.failure(found)}"
        )
    return found


def _secret(arn: str, aws: Clients) -> str:
    """Return the client's secret: the text of a secret, or its member `client_secret`."""
    text = str(aws.secrets.get_secret_value(SecretId=arn).get("SecretString") or "")
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    found = members.get("client_secret") if isinstance(members, dict) else text
    if not isinstance(found, str) or not found:
        # Nothing of what was found is shown.
        raise CustomResourceError(
            f"expected a text, or a JSON object with a member client_secret, in secret {arn}"
        )
    return found


def _oidc_of(found: WorkforceTypeDef) -> dict[str, Any]:
    return _without_empty(found.get("OidcConfig", {}))


def _desired_state(properties: Mapping[str, Any]) -> _DesiredState:
    return _DesiredState(
        name=read.text(properties, "WorkforceName", _WHERE),
        oidc=_without_empty(read.mapping(properties, "Oidc", _WHERE)),
        secret_arn=read.text(properties, "ClientSecretArn", _WHERE),
        cidrs=read.texts(properties, "Cidrs", _WHERE),
        vpc=read.mapping({"Vpc": properties.get("Vpc") or {}}, "Vpc", _WHERE),
    )


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
