"""`Custom::OidcWorkforce`: a workforce whose workers sign in with the user's identity provider.

CloudFormation's own type refuses client ids and secrets with hyphens, dots or tildes, and its
secret would stand in the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of, may_mean_absent
from workforce import workforces
from workforce.oidc_secret import Sent, read_secret, was_sent, words_for
from workforce.portal_network import network_of
from workforce.rollback import is_rollback

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import WorkforceTypeDef

    from workforce.clients import Clients
    from workforce.event import Event

_WHERE: Final = "ResourceProperties"
#: What tells one client of a provider from others.
_IDENTITY: Final = ("Issuer", "ClientId")
#: Seconds in which Ground Truth comes to know that teams are gone, and between two attempts.
_TEAMS_ARE_GOING: Final = 120.0
_PAUSE: Final = 5.0


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
    is_other = event.before.get("ClientSecretArn") != desired.secret_arn or (
        found is not None and _oidc_of(found) != desired.oidc
    )
    sent, said = _sent(found, desired, aws), ""
    if found is not None and (is_other or sent != "sent"):
        teams = workforces.team_names(aws)
        if not teams and (is_other or sent != "unreadable"):
            config = {
                **desired.oidc,
                "ClientSecret": read_secret(desired.secret_arn, aws).text,
            }
            aws.sagemaker.update_workforce(WorkforceName=desired.name, OidcConfig=config)  # type: ignore[arg-type]  # checked by botocore
            found = workforces.settled(desired.name, aws)
        elif teams and is_other and not is_rollback(event.stack_id, aws):
            raise CustomResourceError(
                f"the identity provider of workforce {desired.name} can't be changed while work "
                f"teams {', '.join(teams)} are in it; destroy the stack that made them first, or "
                "take the change back; see docs/workforce.md"
            )
        else:
            said = words_for(sent)
    data = _with_network(found, desired, aws)
    return {**data, "Summary": said} if said else data


def delete(event: Event, aws: Clients) -> None:
    """Delete the workforce and wait until it is gone; one of another configuration is not ours."""
    name, oidc = event.properties.get("WorkforceName"), event.properties.get("Oidc")
    if not isinstance(name, str) or not isinstance(oidc, Mapping):
        return
    found = workforces.settled(name, aws)
    if found is None or not _is_ours(found, _without_empty(oidc), event.stack_id, aws):
        return
    _delete(name, aws)
    workforces.await_change(lambda: workforces.find(name, aws), lambda _: False, aws)


def _delete(name: str, aws: Clients) -> None:
    """Begin to delete the workforce; its own teams, just deleted, may be in its way for a while."""
    until = min(aws.clock.now() + _TEAMS_ARE_GOING, aws.clock.deadline)
    while True:
        try:
            aws.sagemaker.delete_workforce(WorkforceName=name)
            return
        except ClientError as error:
            if code_of(error) != "ResourceInUse":
                if may_mean_absent(error) and workforces.find(name, aws) is None:
                    return
                raise
        teams = workforces.team_names(aws)
        are_going = all(team.startswith(f"{name}-") for team in teams)
        if not are_going or aws.clock.now() + _PAUSE > until:
            raise CustomResourceError(
                f"workforce {name} can't be deleted while work teams {', '.join(teams)} are in it; "
                "destroy the environments that share it first, or delete teams that no environment "
                "has made in the SageMaker console"
            )
        aws.log.info("workforce %s is still in use by its own teams, waiting", name)
        aws.clock.sleep(_PAUSE)


def _is_ours(found: WorkforceTypeDef, oidc: Mapping[str, Any], stack_id: str, aws: Clients) -> bool:
    """Say whether it is the workforce that this stack has made, changed by hand or not.

    A Create that was refused, because there is a workforce already, is followed by a Delete too.
    """
    there = _oidc_of(found)
    if there == oidc:
        return True
    made = found.get("CreateDate")
    if made is None or any(there.get(name) != oidc.get(name) for name in _IDENTITY):
        aws.log.info("%s is not of this stack, and stays", workforces.shown(found))
        return False
    try:
        (stack,) = aws.cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    except ClientError as error:
        aws.log.warning("the stack can't be looked at: %s", code_of(error))
        return False
    return made >= stack["CreationTime"]


def _sent(found: WorkforceTypeDef | None, desired: _DesiredState, aws: Clients) -> Sent:
    """Say whether the workforce has the present version of its secret; reading it decides nothing.

    Who has taken the secret away, for a workforce that has it, may still change the network.
    """
    if found is None:
        return "unreadable"
    try:
        return was_sent(read_secret(desired.secret_arn, aws).made, found)
    except (ClientError, CustomResourceError) as error:
        aws.log.warning("the client's secret can't be read: %s", type(error).__name__)
        return "unreadable"


def _make(desired: _DesiredState, aws: Clients) -> None:
    request: dict[str, Any] = {
        "WorkforceName": desired.name,
        "OidcConfig": {**desired.oidc, "ClientSecret": read_secret(desired.secret_arn, aws).text},
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
