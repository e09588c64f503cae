"""Who labels: a workforce that is made, adopted or shared, and its teams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dataset.messages import shown
from ground_truth.config.effects import NOWHERE, Effect
from ground_truth.config.fields import Email, Emails, KeyArn, Text
from ground_truth.config.section import Section, SoFar, context_of, rule
from ground_truth.config.worker import Worker, Workers, one_day_each
from ground_truth.templates import invitation as invitation_mail
from ground_truth.validators import names_and_limits
from ground_truth.validators import people as people_validators
from ground_truth.validators import workforce as workforce_validators
from ground_truth.validators.messages import ItemError

_MOST_TEAMS: Final = 25
#: Each is a resource of a stack, which has 500 of them at most
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
#: The function behind people makes those for which there is no room.
_MOST_SUBSCRIPTIONS: Final = 300
#: The key of a team whose group would be the one that `Custom::Workers` keeps for itself.
_MARKER: Final = "workers"

Mode = Literal["create", "oidc", "adopt", "shared"]


def _team_key(value: str, info: ValidationInfo) -> str:
    names_and_limits.key(value)
    names_and_limits.team_name(f"{context_of(info).environment}-{value}")
    return value


class PasswordPolicy(Section):
    """What Cognito asks of a worker's password, besides letters of both cases, digit and symbol."""

    #: Characters.
    minimum_length: Annotated[
        int, AfterValidator(people_validators.password_length), Effect("in place")
    ] = 12
    #: How long the password of an invitation can be used.
    temporary_password_days: Annotated[
        int, AfterValidator(people_validators.password_days), Effect("in place")
    ] = 7


class Vpc(Section):
    """Where the worker portal can be reached from, when that is a private network only."""

    #: The VPC.
    id: Annotated[
        str, AfterValidator(workforce_validators.vpc_id), Effect("in place", "vpc", at="Vpc.VpcId")
    ]
    #: Where the portal's endpoint is put, at most 16.
    subnets: Annotated[
        tuple[str, ...], AfterValidator(workforce_validators.subnets), Effect("in place")
    ]
    #: What may reach the endpoint, at most 5.
    security_groups: Annotated[
        tuple[str, ...],
        AfterValidator(workforce_validators.security_groups),
        Effect("in place", at="Vpc.SecurityGroupIds"),
    ]


class Network(Section):
    """What a workforce that is made says of the network of its portal."""

    #: Where the worker portal can be opened from; empty for everywhere.
    allowed_cidrs: Annotated[
        tuple[str, ...],
        AfterValidator(people_validators.cidrs),
        Effect("in place", "allowed_cidrs", at="Cidrs"),
    ] = ()
    #: The portal opens in this network only.
    vpc: Annotated[Vpc | None, Effect("in place", "vpc", at="Vpc")] = None

    @rule("vpc", needs=("allowed_cidrs",))
    def _has_no_cidrs(cls, value: Vpc | None, so_far: SoFar) -> Vpc | None:
        if value is not None and so_far.get("allowed_cidrs"):
            raise ValueError(
                "expected either vpc or allowed_cidrs, got both; Ground Truth does not filter the"
                " addresses of a portal in a VPC"
            )
        return value


class Create(Network):
    """A private workforce that is made for the environment, with a user pool of its own."""

    #: Who invites the workers.
    organization: Annotated[
        Text, AfterValidator(people_validators.organization), Effect("in place")
    ]
    #: Whom workers write to.
    support_email: Annotated[Email, Effect("in place")]
    #: The mail to a new worker, as Markdown with places in braces.
    invitation: Annotated[str, AfterValidator(invitation_mail.check), Effect("in place")] = (
        invitation_mail.DEFAULT
    )
    #: The sender of invitations, an identity of SES; without it Cognito's own, 50 mails a day.
    email_from: Annotated[Email | None, Effect("in place")] = None
    #: Whether SES has that address, or a domain that it is of, verified already, which is `found`;
    #: or whether the environment declares the address, and somebody follows the link in a mail.
    email_identity: Annotated[Literal["declared", "found"], Effect("in place")] = "declared"
    #: Whether everybody must have a second factor, an authenticator app.
    mfa: Annotated[
        Literal["off", "required"],
        BeforeValidator(people_validators.second_factor),
        Effect("in place"),
    ] = "off"
    #: What passwords must be like.
    password_policy: Annotated[PasswordPolicy, Effect("as its keys say")] = Field(
        default_factory=PasswordPolicy
    )
    #: What Cognito does about stolen passwords and odd sign-ins; billed by worker and month.
    threat_protection: Annotated[Literal["off", "audit", "enforced"], Effect("in place")] = "off"
    #: Whether the template says that accounts have an address, which they have anyway; AWS may
    #: refuse to change a pool whose template does.
    pool_schema: Annotated[bool, Effect("in place")] = True

    @rule("email_identity", needs=("email_from",))
    def _is_of_a_sender(cls, value: str, so_far: SoFar) -> str:
        if value == "found" and "email_from" in so_far and so_far["email_from"] is None:
            raise ValueError(
                "expected email_from, the address whose identity is to be found, got none; add it,"
                " or take email_identity away"
            )
        return value


class Oidc(Network):
    """A private workforce whose people sign in at an identity provider of your own."""

    #: The name of the client, as the identity provider knows it.
    client_id: Annotated[str, AfterValidator(workforce_validators.oidc_text), Effect("refused")]
    #: The ARN of the secret in Secrets Manager that holds the client's secret.
    client_secret: Annotated[
        str,
        AfterValidator(workforce_validators.secret_arn),
        Effect("refused", at="ClientSecretArn"),
    ]
    #: The key of that secret, where it is not Secrets Manager's own one.
    client_secret_key: Annotated[KeyArn | None, Effect("in place", at=NOWHERE)] = None
    #: Who the provider says that it is.
    issuer: Annotated[str, AfterValidator(workforce_validators.endpoint), Effect("refused")]
    #: Where people sign in.
    authorization_endpoint: Annotated[
        str, AfterValidator(workforce_validators.endpoint), Effect("refused")
    ]
    #: Where the portal exchanges their code.
    token_endpoint: Annotated[str, AfterValidator(workforce_validators.endpoint), Effect("refused")]
    #: Where the portal asks who they are.
    user_info_endpoint: Annotated[
        str, AfterValidator(workforce_validators.endpoint), Effect("refused")
    ]
    #: Where people are led when they leave.
    logout_endpoint: Annotated[
        str, AfterValidator(workforce_validators.endpoint), Effect("refused")
    ]
    #: The keys that the provider signs with.
    jwks_uri: Annotated[str, AfterValidator(workforce_validators.endpoint), Effect("refused")]
    #: What is asked of the identity provider, in words with blanks between.
    scope: Annotated[
        Annotated[str, AfterValidator(workforce_validators.scope)] | None, Effect("refused")
    ] = None
    #: More parameters of the request for authentication.
    extra_params: Annotated[
        Mapping[str, str],
        AfterValidator(workforce_validators.extra_params),
        Effect("refused", at="Oidc.AuthenticationRequestExtraParams"),
    ] = Field(default_factory=dict)

    @field_validator("client_secret")
    @classmethod
    def _is_near(cls, value: str, info: ValidationInfo) -> str:
        region = context_of(info).region
        if region and value.split(":")[3] != region:
            raise ValueError(
                f"expected a secret in {region}, as the environment, got {shown(value)}"
            )
        return value


class Adopt(Section):
    """The workforce that the account has already in the Region."""

    #: `default` for one that the console has made.
    workforce_name: Annotated[
        str, AfterValidator(workforce_validators.workforce_name), Effect("refused")
    ]
    #: The user pool that it is bound to; without it and its client, the workforce signs in by OIDC.
    user_pool_id: Annotated[
        Annotated[str, AfterValidator(workforce_validators.user_pool_id)] | None, Effect("refused")
    ] = None
    #: The portal's client of that pool.
    client_id: Annotated[
        Annotated[str, AfterValidator(workforce_validators.client_id)] | None, Effect("refused")
    ] = None

    @field_validator("user_pool_id")
    @classmethod
    def _is_near(cls, value: str | None, info: ValidationInfo) -> str | None:
        region = context_of(info).region
        if region and value is not None and value.split("_")[0] != region:
            raise ValueError(
                f"expected a user pool of {region}, as the environment, got {shown(value)}"
            )
        return value

    @model_validator(mode="after")
    def _has_both_or_none(self) -> Adopt:
        if (self.user_pool_id is None) != (self.client_id is None):
            raise ValueError(
                "expected user_pool_id and client_id, or neither for a workforce that signs in by"
                " OIDC, got one of them; `aws sagemaker describe-workforce` shows both"
            )
        return self


class Team(Section):
    """A work team."""

    #: What workers read of their team.
    description: Annotated[
        Text, AfterValidator(people_validators.team_description), Effect("in place")
    ]
    #: Addresses of those who are invited and label, each of them alone or with more; with OIDC
    #: there are groups instead.
    workers: Annotated[Workers, Effect("in place")] = ()
    #: Groups of the identity provider whose people are in the team.
    groups: Annotated[
        tuple[str, ...], AfterValidator(workforce_validators.groups), Effect("in place")
    ] = ()
    #: Addresses that get a mail when there is work and when a job has ended.
    notify: Annotated[Emails, Effect("in place")] = ()

    @field_validator("workers")
    @classmethod
    def _has_workers(cls, value: tuple[Worker, ...]) -> tuple[Worker, ...]:
        if not value:
            raise ValueError("expected at least one worker, got []; nobody would label")
        return value

    @property
    def emails(self) -> tuple[str, ...]:
        """The addresses of the workers."""
        return tuple(worker.email for worker in self.workers)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Everybody who is told when there is work."""
        return tuple(sorted({*self.emails, *self.notify}))


class Workforce(Section):
    """Who labels. Exactly one of the first four says where the workforce comes from."""

    #: A workforce is made for this environment, with a user pool of its own.
    create: Annotated[Create | None, Effect("refused")] = None
    #: Made for this environment; people sign in at your own identity provider.
    oidc: Annotated[Oidc | None, Effect("refused")] = None
    #: The one that the account has already.
    adopt: Annotated[Adopt | None, Effect("refused")] = None
    #: The environment of the same account and Region whose workforce is used here too.
    shared_with: Annotated[str | None, Effect("refused")] = None
    #: Whether a data object's address works only from where its worker has opened the task.
    pin_urls_to_worker_ip: Annotated[bool, Effect("in place")] = False
    #: More workers, whose addresses stand outside of the repository: the place `s3://bucket/key` of
    #: an object, or a secret's ARN, with a CSV table or YAML list of address, teams, name, until.
    workers_from: Annotated[
        Annotated[str, AfterValidator(workforce_validators.list_of_people)] | None,
        Effect("in place", "list of people", at="From"),
    ] = None
    #: The key that list is encrypted with, where it is one of your own.
    workers_from_key: Annotated[KeyArn | None, Effect("in place", at=NOWHERE)] = None
    #: Who works together, by a name of your choice.
    teams: Annotated[
        Mapping[Annotated[str, AfterValidator(_team_key)], Team], Effect("another team")
    ]

    @property
    def mode(self) -> Mode:
        """Where the workforce comes from."""
        if self.create is not None:
            return "create"
        if self.oidc is not None:
            return "oidc"
        return "shared" if self.adopt is None else "adopt"

    @property
    def network(self) -> Network | None:
        """The portal's network, where the workforce is made here."""
        return self.create or self.oidc

    @property
    def email_from(self) -> str | None:
        """The sender of invitations that SES must know."""
        return None if self.create is None else self.create.email_from

    @property
    def sender_identities(self) -> tuple[str, ...]:
        """What SES may have verified of the sender, where it is not declared."""
        if self.email_from is None or self.create is None:
            return ()
        is_found = self.create.email_identity == "found"
        return people_validators.sender_identities(self.email_from) if is_found else ()

    @property
    def declared_sender(self) -> str | None:
        """The sender that the environment declares."""
        return None if self.sender_identities else self.email_from

    @property
    def workers(self) -> Mapping[str, tuple[str, ...]]:
        """Each worker's address with the keys of the teams that the worker is in."""
        everybody = sorted({email for team in self.teams.values() for email in team.emails})
        return {
            email: tuple(key for key, team in self.teams.items() if email in team.emails)
            for email in everybody
        }

    @property
    def subscribed(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses of each team whose subscriptions are resources of the stack.

        The first in the order of the file, so that whoever is added below moves nobody.
        """
        room = _MOST_SUBSCRIPTIONS
        found: dict[str, tuple[str, ...]] = {}
        for key, team in self.teams.items():
            addresses = tuple(dict.fromkeys((*team.emails, *team.notify)))[:room]
            room -= len(addresses)
            found[key] = tuple(sorted(addresses))
        return found

    @property
    def not_subscribed(self) -> Mapping[str, tuple[str, ...]]:
        """The other addresses of each team, which the function behind people subscribes."""
        return {
            key: tuple(sorted({*team.addresses} - {*self.subscribed[key]}))
            for key, team in self.teams.items()
        }

    @property
    def last_days(self) -> Mapping[str, date]:
        """The last day of each worker who has one, by address."""
        return one_day_each([(key, team.workers) for key, team in self.teams.items()])

    def last_days_of_notices(self, key: str) -> Mapping[str, date]:
        """Return until when workers get the notices of a team; those of `notify` always do."""
        always = self.teams[key].notify
        return {
            email: day
            for email, day in self.last_days.items()
            if key in self.workers[email] and email not in always
        }

    @field_validator("shared_with")
    @classmethod
    def _is_made_by_the_other(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        other = context_of(info).neighbour(value)
        if other.workforce.mode not in ("create", "oidc"):
            raise ValueError(
                f"expected an environment that makes its workforce, by create or oidc, got"
                f" {value!r}, which has {other.workforce.mode}; write the same lines here"
            )
        return value

    @field_validator("teams")
    @classmethod
    def _has_one_last_day_each(cls, value: Mapping[str, Team]) -> Mapping[str, Team]:
        one_day_each([(key, team.workers) for key, team in value.items()])
        return value

    @field_validator("teams")
    @classmethod
    def _fits_quota(cls, value: Mapping[str, Team]) -> Mapping[str, Team]:
        if len(value) > _MOST_TEAMS:
            raise ValueError(
                f"expected at most {_MOST_TEAMS} teams, the quota of an account and Region,"
                f" got {len(value)}"
            )
        return value

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Workforce:
        named = [
            name
            for name in ("create", "oidc", "adopt", "shared_with")
            if getattr(self, name) is not None
        ]
        if len(named) != 1:
            raise ValueError(
                "expected one of create, oidc, adopt and shared_with, which say where the workforce"
                f" comes from, got {' and '.join(named) or 'none'}"
            )
        return self

    @model_validator(mode="after")
    def _teams_have_people(self, info: ValidationInfo) -> Workforce:
        kind = "groups" if self.uses_oidc(info) else "workers"
        if kind == "workers" and _MARKER in self.teams:
            raise ItemError(
                f"expected another name for this team, got {_MARKER!r}; the group"
                f" {context_of(info).environment}-{_MARKER} keeps the accounts together that this"
                " environment has made",
                "teams",
                _MARKER,
            )
        if kind == "groups" and self.workers_from is not None:
            raise ItemError(
                "expected no list of people in a workforce that signs in by OIDC, got one; its"
                " people and their teams are those of your identity provider",
                "workers_from",
            )
        if self.workers_from is None and self.workers_from_key is not None:
            raise ItemError(
                "expected workers_from, whose key this is, got none; add it, or take the key away",
                "workers_from_key",
            )
        other = "workers" if kind == "groups" else "groups"
        for key, team in self.teams.items():
            if getattr(team, other):
                raise ItemError(
                    f"expected {kind} in a team of this workforce, got {other};"
                    + (
                        " people and their teams are those of your identity provider"
                        if kind == "groups"
                        else " groups are for workforces that sign in by OIDC"
                    ),
                    "teams",
                    key,
                    other,
                )
            if not getattr(team, kind) and (kind == "groups" or self.workers_from is None):
                raise ItemError(f"expected {kind}, got nothing; add the key", "teams", key, kind)
        return self

    @field_validator("workers_from")
    @classmethod
    def _is_near(cls, value: str | None, info: ValidationInfo) -> str | None:
        region = context_of(info).region
        is_secret = value is not None and value.startswith("arn:")
        if region and value is not None and is_secret and value.split(":")[3] != region:
            raise ValueError(
                f"expected a secret in {region}, as the environment, got {shown(value)}"
            )
        return value

    def uses_oidc(self, info: ValidationInfo) -> bool:
        """Say whether people sign in at an identity provider other than Cognito."""
        if self.shared_with is not None:
            other = context_of(info).neighbour(self.shared_with)
            return other.workforce.oidc is not None
        return self.oidc is not None or (self.adopt is not None and self.adopt.user_pool_id is None)
