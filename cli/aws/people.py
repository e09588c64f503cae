"""What AWS knows of the people of an environment: accounts, teams, subscriptions, the portal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError

from cli.aws.notices import notices
from cli.aws.oidc_secret import sent_secret
from cli.aws.person import Person
from cli.aws.portal import call_back_url
from cli.aws.session import client
from cli.errors import CommandError
from custom_resource.context import Clock, step_log
from ground_truth.config import Environment
from workforce import clients as function
from workforce.accounts import Account, Accounts
from workforce.groups import marker_of
from workforce.oidc_secret import Sent, words_for

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_sns import SNSClient

#: Days for which a temporary password is good in a pool that does not say so
#: (botocore's model of `cognito-idp`, PasswordPolicyType).
_PASSWORD_DAYS: Final = 7
#: Seconds that a command may take; nothing else waits for it.
_PATIENCE: Final = 3600.0
_ONCE: Final = Config(retries={"mode": "standard", "total_max_attempts": 1})


class PeopleError(CommandError):
    """The people of an environment are not there, or there is nothing to say to them."""


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The services that know something of people."""

    cloudformation: Any
    cognito: CognitoIdentityProviderClient
    #: Cognito, for mails: asks once, since what has not been answered may have been sent.
    mailer: CognitoIdentityProviderClient
    sns: SNSClient
    #: SNS, for requests to confirm, in the same way.
    notifier: SNSClient
    #: The labels, which tell who has labeled how many, and where a list of people may stand.
    s3: Any = None
    #: Of a workforce that signs in by OIDC.
    sagemaker: Any = None
    #: Of such a workforce, or of a list of people.
    secrets: Any = None
    #: Waits for seconds.
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, environment: Environment) -> Clients:
        """Return clients for the environment's Region, with the shell's credentials."""
        region = environment.region
        return cls(
            s3=client("s3", region),
            cloudformation=client("cloudformation", region),
            cognito=client("cognito-idp", region),
            mailer=client("cognito-idp", region, _ONCE),
            sns=client("sns", region),
            notifier=client("sns", region, _ONCE),
            sagemaker=client("sagemaker", region),
            secrets=client("secretsmanager", region),
        )

    def of_function(self) -> function.Clients:
        """Return what the function behind the workers takes."""
        services = {
            "cloudformation": self.cloudformation,
            "cognito-idp": self.cognito,
            "sns": self.sns,
            "s3": self.s3,
            "secretsmanager": self.secrets,
        }
        once: dict[str, Any] = {"cognito-idp": self.mailer, "sns": self.notifier}
        now = time.monotonic
        return function.Clients(
            client=services.__getitem__,
            client_without_retries=once.__getitem__,
            clock=Clock(now=now, sleep=self.sleep, deadline=now() + _PATIENCE),
            log=step_log("workers"),
        )

    def accounts(self, pool_id: str) -> Accounts:
        """Return the accounts of a pool, as that function sees them."""
        return Accounts(pool=pool_id, aws=self.of_function())


@dataclass(frozen=True, kw_only=True)
class People:
    """All that `ground-truth workers` shows."""

    portal_url: str
    #: What keeps people from logging in, in a sentence, or empty.
    login_problem: str
    #: The user pool; None where people sign in by OIDC.
    pool_id: str | None
    #: For so many days a temporary password is good.
    password_days: int
    persons: Mapping[str, Person]
    #: Whether the workforce has the present version of its OIDC client's secret.
    oidc_version: Sent = "sent"

    def of_address(self, email: str) -> People:
        """Return the same of one address; raises PeopleError if there is nobody of it."""
        if email not in self.persons:
            raise PeopleError(
                f"expected an address of the file or of the environment's accounts, got {email!r}"
            )
        return replace(self, persons={email: self.persons[email]})

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
    days = _PASSWORD_DAYS
    if pool_id is not None:
        days = _password_days(clients.cognito, pool_id)
        _add_accounts(environment, clients.accounts(pool_id), days, persons)
    for email, found in notices(environment, clients).items():
        persons.setdefault(email, Person(email=email)).subscriptions = found
    version = sent_secret(environment, clients)
    problem = words_for(version)
    if pool_id is not None and client_id is not None:
        problem = _login_problem(clients.cognito, pool_id, client_id, outputs["PortalUrl"])
    return People(
        portal_url=outputs["PortalUrl"],
        login_problem=problem,
        pool_id=pool_id,
        password_days=days,
        persons=dict(sorted(persons.items())),
        oidc_version=version,
    )


def _listed(environment: Environment) -> dict[str, Person]:
    persons: dict[str, Person] = {}
    for team in environment.workforce.teams.values():
        for email in team.addresses:
            person = persons.setdefault(email, Person(email=email, is_listed=True))
            person.is_worker = person.is_worker or email in team.emails
            person.until = environment.workforce.last_days.get(email)
    return persons


def stack_of(environment: Environment, clients: Clients) -> Mapping[str, Any]:
    """Return the environment's stack of people; raises PeopleError if there is none."""
    stack = f"{environment.name}-Workforce"
    try:
        (found,) = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise PeopleError(
            f"expected the stack {stack} in {environment.region}, got {_words(error)}; deploy it"
            f" with `ground-truth deploy {environment.name}`"
        ) from None
    described: Mapping[str, Any] = found
    return described


def _outputs(environment: Environment, clients: Clients) -> dict[str, str]:
    found = stack_of(environment, clients)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    if "PortalUrl" not in outputs:
        raise PeopleError(
            f"expected a stack {found['StackName']} that has been deployed whole, got"
            f" {found['StackStatus']}; deploy it again"
        )
    return outputs


def _password_days(cognito: CognitoIdentityProviderClient, pool_id: str) -> int:
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    policy = pool.get("Policies", {}).get("PasswordPolicy", {})
    return policy.get("TemporaryPasswordValidityDays", _PASSWORD_DAYS)


def _add_accounts(
    environment: Environment, accounts: Accounts, days: int, persons: dict[str, Person]
) -> None:
    groups = {environment.team_name(key) for key in environment.workforce.teams}
    marker = marker_of(environment.name)
    oldest = datetime.now(UTC) - timedelta(days=days)
    for group in sorted({*groups, marker}):
        for account in accounts.members(group):
            email = account.email or account.username.lower()
            named = account.record.named if account.record else ""
            if email not in persons and named in persons:
                # Somebody has given the account another address in the pool.
                email = named
            person = persons.setdefault(email, Person(email=email))
            if person.account is None or _is_nearer(account, person.account, email):
                _set_account(person, account, oldest)
            if group != marker and group not in person.teams:
                person.teams.append(group)
    for person in persons.values():
        # Somebody has taken it out of all groups, or it is another's and joins with a deployment.
        if person.is_worker and person.account is None:
            found = accounts.find(person.email)
            if found is not None:
                _set_account(person, found, oldest)


def _is_nearer(one: Account, other: Account, email: str) -> bool:
    """Say whether one of two accounts is rather the person's own, as a deployment sees it."""
    return (one.email != email, *one.rank) < (other.email != email, *other.rank)


def _set_account(person: Person, account: Account, oldest: datetime) -> None:
    person.account = account
    invited = account.record.at if account.record else account.made
    person.has_expired = account.is_untouched and invited < oldest


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
