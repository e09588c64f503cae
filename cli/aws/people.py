"""What AWS knows of the people of an environment: accounts, teams, subscriptions, the portal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

from cli.aws.portal import call_back_url
from cli.errors import CommandError
from ground_truth.config import Environment
from workforce.groups import users_in

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_sns import SNSClient

#: What SNS gives as the ARN of a subscription that nobody has confirmed.
_PENDING: Final = "PendingConfirmation"
#: The status of an account whose temporary password was never changed.
_INVITED: Final = "FORCE_CHANGE_PASSWORD"


class PeopleError(CommandError):
    """The people of an environment are not there, or there is nothing to say to them."""


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The services that know something of people."""

    cloudformation: Any
    cognito: CognitoIdentityProviderClient
    sns: SNSClient

    @classmethod
    def of(cls, environment: Environment) -> Clients:
        """Return clients for the environment's Region, with the shell's credentials."""
        session: Any = boto3.Session(region_name=environment.region)
        return cls(
            cloudformation=session.client("cloudformation"),
            cognito=session.client("cognito-idp"),
            sns=session.client("sns"),
        )


@dataclass(frozen=True, kw_only=True)
class Account:
    """A worker's account in the user pool."""

    username: str
    #: As Cognito says it, such as `CONFIRMED`.
    status: str
    enabled: bool
    #: What output manifests name the worker by.
    sub: str


@dataclass(kw_only=True)
class Person:
    """One address of the environment's file or of its accounts, and what there is for it."""

    email: str
    #: Whether the file names the address, to label or to be notified.
    is_listed: bool = False
    #: Whether the file names the address among the workers.
    is_worker: bool = False
    account: Account | None = None
    #: The teams whose group the account is in.
    teams: list[str] = field(default_factory=list)
    #: Topic's name → whether the subscription is confirmed.
    subscriptions: dict[str, bool] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """One or two words on how far a worker has come."""
        if self.account is None:
            return "not invited" if self.is_worker else "-"
        if not self.account.enabled:
            return "disabled"
        return "invited" if self.account.status == _INVITED else "signed in"


@dataclass(frozen=True, kw_only=True)
class People:
    """All that `ground-truth workers` shows."""

    portal_url: str
    #: What keeps people from logging in, in a sentence, or empty.
    login_problem: str
    persons: Mapping[str, Person]

    def of_team(self, environment: Environment, key: str) -> People:
        """Return the same of those only who are in a team, or shall be."""
        listed = environment.workforce.teams[key].addresses
        name = environment.team_name(key)
        persons = {
            email: each
            for email, each in self.persons.items()
            if email in listed or name in each.teams
        }
        return replace(self, persons=persons)


def find(environment: Environment, clients: Clients) -> People:
    """Ask AWS; raises PeopleError if the people of the environment are not deployed."""
    outputs = _outputs(environment, clients)
    persons = _listed(environment)
    pool_id, client_id = outputs.get("UserPoolId"), outputs.get("ClientId")
    topics = dict(_topics(environment, clients))
    if pool_id is not None:
        _add_accounts(environment, clients.cognito, pool_id, persons)
    for name, arn in topics.items():
        _add_subscriptions(clients.sns, name, arn, persons)
    problem = ""
    if pool_id is not None and client_id is not None:
        problem = _login_problem(clients.cognito, pool_id, client_id, outputs["PortalUrl"])
    return People(
        portal_url=outputs["PortalUrl"],
        login_problem=problem,
        persons=dict(sorted(persons.items())),
    )


def remind(environment: Environment, clients: Clients, email: str) -> list[str]:
    """Send again what an address has not answered; return what was sent.

    A new invitation has a new temporary password. Raises PeopleError if there is nothing to send.
    """
    person = find(environment, clients).persons.get(email)
    if person is None or not person.is_listed:
        raise PeopleError(
            f"expected an address of environments/{environment.name}.yaml, got {email!r}; add it"
            " there and deploy"
        )
    sent = []
    if person.account is not None and person.state == "invited":
        clients.cognito.admin_create_user(
            UserPoolId=_outputs(environment, clients)["UserPoolId"],
            Username=_invited_as(person.account, email),
            MessageAction="RESEND",
            DesiredDeliveryMediums=["EMAIL"],
        )
        sent.append("the invitation, with a new temporary password")
    topics = dict(_topics(environment, clients))
    for name, confirmed in person.subscriptions.items():
        if not confirmed:
            clients.sns.subscribe(TopicArn=topics[name], Protocol="email", Endpoint=email)
            sent.append(f"the request to confirm {name}")
    if not sent:
        raise PeopleError(f"there is nothing to remind {email} of: {person.state}")
    return sent


def _invited_as(account: Account, email: str) -> str:
    """Return the name that AdminCreateUser takes.

    A pool in which people sign in by e-mail makes the username itself, the `sub`, and takes the
    address only
    (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
    """
    return email if account.username == account.sub else account.username


def _listed(environment: Environment) -> dict[str, Person]:
    persons: dict[str, Person] = {}
    for team in environment.workforce.teams.values():
        for email in team.addresses:
            person = persons.setdefault(email, Person(email=email, is_listed=True))
            person.is_worker = person.is_worker or email in team.workers
    return persons


def _outputs(environment: Environment, clients: Clients) -> dict[str, str]:
    stack = f"{environment.name}-Workforce"
    try:
        (found,) = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise PeopleError(
            f"expected the stack {stack} in {environment.region}, got {_words(error)}; deploy it"
            f" with `ground-truth deploy {environment.name}`"
        ) from None
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    if "PortalUrl" not in outputs:
        raise PeopleError(
            f"expected a stack {stack} that has been deployed whole, got"
            f" {found['StackStatus']}; deploy it again"
        )
    return outputs


def _topics(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    """Yield what each topic is about, with its ARN."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=f"{environment.name}-Workforce"
    )
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::SNS::Topic":
                arn = resource["PhysicalResourceId"]
                attributes = clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
                yield attributes["DisplayName"].removeprefix("Labeling work for "), arn


def _add_accounts(
    environment: Environment,
    cognito: CognitoIdentityProviderClient,
    pool_id: str,
    persons: dict[str, Person],
) -> None:
    groups = {environment.team_name(key) for key in environment.workforce.teams}
    marker = f"{environment.name}-workers"
    for group in sorted({*groups, marker}):
        for user in users_in(cognito, pool_id, group):
            attributes = {each["Name"]: each.get("Value", "") for each in user["Attributes"]}
            email = attributes.get("email", user["Username"]).lower()
            person = persons.setdefault(email, Person(email=email))
            person.account = Account(
                username=user["Username"],
                status=user["UserStatus"],
                enabled=user["Enabled"],
                sub=attributes.get("sub", ""),
            )
            if group != marker:
                person.teams.append(group)


def _add_subscriptions(sns: SNSClient, name: str, arn: str, persons: dict[str, Person]) -> None:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    for page in pages:
        for each in page["Subscriptions"]:
            email = each["Endpoint"].lower()
            person = persons.setdefault(email, Person(email=email))
            person.subscriptions[name] = each["SubscriptionArn"] != _PENDING


def _login_problem(
    cognito: CognitoIdentityProviderClient, pool_id: str, client_id: str, portal_url: str
) -> str:
    client = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
    wanted = call_back_url(portal_url)
    if wanted in client["UserPoolClient"].get("CallbackURLs", []):
        return ""
    return (
        f"nobody can log in: the call-back URL {wanted} is missing in client {client_id}; somebody"
        " has changed it outside of this project; add it there"
    )


def _words(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", error))
