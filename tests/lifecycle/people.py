"""The people of one environment in CloudFormation: its own types and the custom resources."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.lifecycle.cloudformation import CloudFormation, Response, Sent
from tests.lifecycle.simulation import Simulation
from tests.unit.fake_services import ACCOUNT
from tests.unit.workforce.cognito_pools import NOW, REGION, client_settings
from tests.unit.workforce.sns_topics import QUEUE, topic_arn
from tests.unit.workforce.workforce_aws import SECRET, FakePeople
from tests.unit.workforce.workforce_events import OIDC
from workforce.clients import Clients
from workforce.handler import handler
from workforce.record import Record
from workforce.resources import physical_id

#: In the order in which they are made.
TYPES: Final = (
    "WorkforceCheck",
    "PoolProtection",
    "PortalNetwork",
    "OidcWorkforce",
    "PortalLogin",
    "WorkerAccess",
    "Workers",
    "Subscriptions",
)
#: When a workforce was made and changed.
_DATES: Final = ("CreateDate", "LastUpdatedDate")


@dataclass
class PeopleWorld(Simulation, FakePeople):
    """Cognito, workforces and what belongs to them."""

    def handle(self, event: dict[str, Any], context: Any) -> None:
        """Run the function's entry point."""
        handler(event, context)

    def connect(self, *, step: str, seconds: float) -> Clients:
        """Stand in for the function's real clients."""
        del step
        return self.as_clients(seconds=seconds)

    def state(self) -> dict[str, Any]:
        """Return what is there in the end."""
        return {
            # Without what differs from run to run.
            "workforces": {
                name: {member: each for member, each in found.items() if member not in _DATES}
                for name, found in self.workforces.items()
            },
            "teams": self.teams,
            "pools": self.pools,
            "clients": self.clients,
            "people": {pool: self.people(pool) for pool, users in self.users.items() if users},
            "records": {pool: self._records(pool) for pool, users in self.users.items() if users},
            "groups": {pool: self.members(pool) for pool, groups in self.groups.items() if groups},
            "mails": sorted(self.mails),
            "notices": sorted(
                (each.topic, each.email, each.state)
                for each in self.subscriptions
                if each.state != "ended"
            ),
        }

    def _records(self, pool: str) -> dict[str, Record]:
        """Return the records of accounts, without what differs from run to run.

        Nor do they say who was disabled for a while, and let in again by a stack.
        """
        found = {who: self.record_of(who, pool) for who in self.people(pool)}
        return {
            who: replace(record, at=NOW, run="", let_in="")
            for who, record in found.items()
            if record
        }


@dataclass(frozen=True, kw_only=True)
class People:
    """What an environment file says of its people."""

    #: One of create, oidc, adopt and shared.
    mode: str = "create"
    workforce_name: str = "dev"
    #: Of a workforce that is there already; None for an OIDC workforce.
    user_pool_id: str | None = None
    client_id: str | None = None
    #: Team key to the workers' addresses.
    teams: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {"readers": ("ana@example.com", "bo@example.com")}
    )
    #: Settings of the client, in the template.
    client: Mapping[str, Any] = field(default_factory=dict)
    #: Topics of teams, by team key.
    topics: Mapping[str, str] = field(default_factory=dict)
    #: Whether the people of each team are asked to confirm its topic.
    told: bool = False
    invitation: str = "{username} {####} {portal}"
    email_from: str | None = None
    cidrs: tuple[str, ...] = ()
    issuer: str = OIDC["Issuer"]
    pinned: bool = True
    keep_accounts: bool = False
    #: Whether the pool has deletion protection and outlives its stack.
    protected: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether pool and client are made by the environment's own stack."""
        return self.mode == "create"


class PeopleStack:
    """The stack of one environment. Its order is that of the dependencies in the template."""

    def __init__(self, world: PeopleWorld, environment: str = "dev") -> None:
        self.world = world
        self.environment = environment
        #: As it is deployed; None while there is no stack.
        self.people: People | None = None
        #: Type to what it answered to the last deployment.
        self.responses: dict[str, Response] = {}
        #: The custom resources that are told of anything; the others are taken for done.
        self.kinds: Collection[str] = TYPES
        #: What a roll-back of the first deployment has failed to take back.
        self._stuck: People | None = None
        self._numbers = itertools.count()
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Give the stack the id that the next one will have."""
        number = next(self._numbers)
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.environment}/{number}")
        self._stack = (
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.environment}-Workforce/{unique}"
        )
        self._resources = {
            kind: CloudFormation(
                self.world,
                stack=self._stack,
                resource=kind,
                kind=f"Custom::{kind}",
                new_id=physical_id,
            )
            for kind in TYPES
        }

    @property
    def pool(self) -> str:
        """The id of the environment's own user pool."""
        return f"{REGION}_{self.environment}Pool1"

    @property
    def client(self) -> str:
        """The id of the environment's own client."""
        return f"{self.environment}client"

    @property
    def reason(self) -> str:
        """Why the last deployment has failed."""
        failed = [each for each in self.responses.values() if each.status == "FAILED"]
        assert len(failed) == 1, "no custom resource has failed"
        return failed[0].reason

    @property
    def sent(self) -> list[Sent]:
        """Every event of the stack that there is, and what it came to."""
        return [each for resource in self._resources.values() for each in resource.sent]

    @property
    def is_stuck(self) -> bool:
        """Whether the stack can only be deleted, since its first deployment was not taken back."""
        return self._stuck is not None

    def recover(self) -> bool:
        """Continue a roll-back that has failed, or delete what one has left; say if that ended.

        A pool that is left over with its protection is deleted by hand.
        """
        recovered = [self._resources[kind].recover() for kind in reversed(TYPES)]
        if all(recovered) and self._stuck is not None:
            if self.pool in self.world.pools:
                self.world.pools[self.pool]["DeletionProtection"] = "INACTIVE"
            self._remove_own_types(self._stuck, None)
            self._stuck = None
            self._begin_anew()
        return all(recovered)

    def deploy(self, people: People, *, fails_at: str = "") -> str:
        """Deploy a file and return the stack's status; `fails_at` lets a step fail after it."""
        self.responses = {}
        if self._stuck is not None:
            return "ROLLBACK_FAILED"  # the stack can only be deleted
        if not self.recover():
            return "UPDATE_ROLLBACK_FAILED"
        for resource in self._resources.values():
            resource.updates_stack = self.people is not None
        done: list[str] = []
        for name, step in self._steps(people):
            done.append(name)
            if not step() or name == fails_at:
                return self._take_back(done, people)
        for resource in self._resources.values():
            resource.complete()
        self._clean_up(people)
        is_new, self.people = self.people is None, people
        return "CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE"

    def destroy(self) -> str:
        """Delete the stack and return its status."""
        if self._stuck is not None:
            return "DELETE_COMPLETE" if self.recover() else "DELETE_FAILED"
        if self.people is None:
            return "DELETE_COMPLETE"
        self.world.stack_status = "DELETE_IN_PROGRESS"
        for kind in ("Subscriptions", "Workers", "WorkerAccess", "PortalLogin"):
            if self._resources[kind].destroy().status != "DELETE_COMPLETE":
                return "DELETE_FAILED"
        for team in self._team_names(self.people):
            self.world.teams.pop(team, None)
        if self._resources["OidcWorkforce"].destroy().status != "DELETE_COMPLETE":
            return "DELETE_FAILED"
        if self.people.is_ours:
            if self.world.teams:
                return "DELETE_FAILED"
            self.world.workforces.pop(self.people.workforce_name, None)
        if self._resources["PortalNetwork"].destroy().status != "DELETE_COMPLETE":
            return "DELETE_FAILED"
        self._delete_groups(self.people)
        if self._resources["PoolProtection"].destroy().status != "DELETE_COMPLETE":
            return "DELETE_FAILED"
        if self.people.is_ours and not self.people.protected:
            self._delete_pool()
        if self._resources["WorkforceCheck"].destroy().status != "DELETE_COMPLETE":
            return "DELETE_FAILED"
        self.people = None
        self._begin_anew()
        return "DELETE_COMPLETE"

    # The steps of a deployment, in their order.

    def _steps(self, people: People) -> list[tuple[str, Callable[[], bool]]]:
        steps: list[tuple[str, Callable[[], bool]]] = [
            ("WorkforceCheck", lambda: self._begin("WorkforceCheck", self._check(people))),
            ("Pool", lambda: self._make_pool(people)),
        ]
        if people.is_ours and people.protected:
            protection = {"UserPoolId": self.pool}
            steps.append(("PoolProtection", lambda: self._begin("PoolProtection", protection)))
        if people.mode == "oidc":
            steps.append(("OidcWorkforce", lambda: self._begin("OidcWorkforce", _oidc(people))))
        else:
            if people.is_ours and people.cidrs:
                network = {"WorkforceName": people.workforce_name, "Cidrs": list(people.cidrs)}
                steps.append(("PortalNetwork", lambda: self._begin("PortalNetwork", network)))
            steps.append(("Workforce", lambda: self._make_workforce(people)))
        steps.append(("Teams", lambda: self._make_teams(people)))
        if self._pool_of(people):
            steps.append(("PortalLogin", lambda: self._begin("PortalLogin", self._login(people))))
        if people.pinned:
            access = {
                "Teams": self._team_names(people),
                "SourceIp": "Enabled",
                "VpcSourceIp": "Disabled",
                "Settings": _hash([people.teams, people.topics]),
            }
            steps.append(("WorkerAccess", lambda: self._begin("WorkerAccess", access)))
        if self._pool_of(people):
            steps.append(("Workers", lambda: self._begin("Workers", self._workers(people))))
        if people.told:
            notices = self._notices(people)
            steps.append(("Requests", lambda: self._make_requests(people)))
            steps.append(("Subscriptions", lambda: self._begin("Subscriptions", notices)))
        return steps

    def _begin(self, kind: str, properties: Mapping[str, Any]) -> bool:
        if kind not in self.kinds:
            return True
        token = {"ServiceToken": "arn", "ServiceTimeout": "900"}
        response = self._resources[kind].begin({**token, **properties})
        if response is not None:
            self.responses[kind] = response
        return response is None or response.status == "SUCCESS"

    def _take_back(self, done: list[str], people: People) -> str:
        """Roll back what was done: own types first, as a client that others wait for."""
        before = self.people
        if before is None:
            # What was never begun is not deleted.
            taken_back = [self._resources[kind].take_back() for kind in reversed(TYPES)]
            self._stuck = people
            if not all(taken_back) or not self._remove_own_types(people, None):
                return "ROLLBACK_FAILED"
            self._stuck = None
            self._begin_anew()
            return "ROLLBACK_COMPLETE"
        if "Pool" in done:
            self._make_pool(before, was=people)
        if "Workforce" in done:
            self._make_workforce(before)
        if "Teams" in done:
            self._make_teams(before)
        taken_back = [self._resources[kind].take_back() for kind in TYPES]
        self._remove_own_types(people, before)
        return "UPDATE_ROLLBACK_COMPLETE" if all(taken_back) else "UPDATE_ROLLBACK_FAILED"

    def _remove_own_types(self, people: People, kept: People | None) -> bool:
        for team in set(self._team_names(people)) - set(self._team_names(kept)):
            self.world.teams.pop(team, None)
            self._groups(people).pop(team, None)
        if kept is None and people.is_ours and people.workforce_name in self.world.workforces:
            del self.world.workforces[people.workforce_name]
        if kept is None:
            self._groups(people).pop(f"{self.environment}-workers", None)
        return self._delete_pool() if kept is None and people.is_ours else True

    def _clean_up(self, people: People) -> None:
        if self.people is None:
            return
        self.world.stack_status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        if not people.protected:
            self._resources["PoolProtection"].destroy()
        if not people.cidrs:
            self._resources["PortalNetwork"].destroy()
        self._remove_own_types(self.people, people)
        for topic, email in self._told(self.people) - self._told(people):
            self.world.unsubscribe(email, topic)

    # CloudFormation's own types.

    def _make_requests(self, people: People) -> bool:
        for topic, email in sorted(self._told(people) - self._told(self.people)):
            self.world.subscribe(email, topic)
        return True

    @staticmethod
    def _told(people: People | None) -> set[tuple[str, str]]:
        """Return each team's key, by which its topic is known, with those who get its notices."""
        teams = people.teams if people and people.told else {}
        return {(team, email) for team, emails in teams.items() for email in emails}

    def _make_pool(self, people: People, *, was: People | None = None) -> bool:
        if people.is_ours:
            before = was or self.people
            protection = "ACTIVE" if people.protected else "INACTIVE"
            if self.pool not in self.world.pools:
                self.world.add_pool(self.pool, self.client)
            self.world.pools[self.pool]["DeletionProtection"] = protection
            if before is None or before.client != people.client:
                # All that the template doesn't say goes back to its default.
                self.world.clients[self.client] = client_settings(
                    UserPoolId=self.pool, ClientId=self.client, **people.client
                )
        if pool := self._pool_of(people):
            self.world.groups[pool].setdefault(f"{self.environment}-workers", set())
        return True

    def _make_workforce(self, people: People) -> bool:
        if not people.is_ours:
            return True
        if people.workforce_name in self.world.workforces:
            if people.cidrs:
                # What the template has no more is left out, and stays as it is.
                network = {"Cidrs": list(people.cidrs)}
                self.world.workforces[people.workforce_name]["SourceIpConfig"] = network
            return True
        if self.world.workforces:
            return False
        ids = {"UserPool": self.pool, "ClientId": self.client}
        made = self.world.add_workforce(people.workforce_name, CognitoConfig=ids)
        if people.cidrs:
            made["SourceIpConfig"] = {"Cidrs": list(people.cidrs)}
        return True

    def _make_teams(self, people: People) -> bool:
        for team, name in zip(people.teams, self._team_names(people), strict=True):
            topic = {"NotificationTopicArn": people.topics[team]} if team in people.topics else {}
            kept = self.world.teams.get(name, {}).get("WorkerAccessConfiguration")
            self.world.add_team(name, NotificationConfiguration=topic)
            if kept:
                self.world.teams[name]["WorkerAccessConfiguration"] = kept
        return True

    def _delete_groups(self, people: People) -> None:
        groups = self._groups(people)
        for group in (*self._team_names(people), f"{self.environment}-workers"):
            groups.pop(group, None)

    def _delete_pool(self) -> bool:
        """Delete the pool, unless Cognito refuses to; say whether it has."""
        if self.world.pools.get(self.pool, {}).get("DeletionProtection") == "ACTIVE":
            return False
        self.world.pools.pop(self.pool, None)
        self.world.clients.pop(self.client, None)
        self.world.users.pop(self.pool, None)
        self.world.groups.pop(self.pool, None)
        return True

    # The properties that the template gives to the custom resources.

    def _check(self, people: People) -> dict[str, Any]:
        return {
            "Mode": people.mode,
            "Environment": self.environment,
            "WorkforceName": people.workforce_name,
            "UserPoolId": people.user_pool_id,
            "ClientId": people.client_id,
            "EmailFrom": people.email_from,
        }

    def _login(self, people: People) -> dict[str, Any]:
        invitation = {"Subject": "Label data", "Body": people.invitation}
        return {
            "UserPoolId": self._pool_of(people),
            "ClientId": self.client if people.is_ours else people.client_id,
            "WorkforceName": people.workforce_name,
            "SubDomain": self.world.workforces[people.workforce_name]["SubDomain"],
            "Keep": not people.is_ours,
            "Invitation": invitation if people.is_ours else None,
            "ClientSettings": _hash(people.client),
            "Teams": self._team_names(people),
        }

    def _workers(self, people: People) -> dict[str, Any]:
        teams = list(zip(self._team_names(people), people.teams.values(), strict=True))
        emails = sorted({email for team in people.teams.values() for email in team})
        return {
            "UserPoolId": self._pool_of(people),
            "Environment": self.environment,
            "MarkerGroup": f"{self.environment}-workers",
            "Members": [
                {"Email": email, "Teams": [name for name, team in teams if email in team]}
                for email in emails
            ],
            "KeepAccounts": people.keep_accounts,
        }

    def _notices(self, people: People) -> dict[str, Any]:
        return {
            "DeadLetters": QUEUE,
            "Topics": [
                {"TopicArn": topic_arn(team), "Addresses": list(emails)}
                for team, emails in people.teams.items()
            ],
        }

    def _pool_of(self, people: People) -> str | None:
        return self.pool if people.is_ours else people.user_pool_id

    def _groups(self, people: People) -> dict[str, set[str]]:
        pool = self._pool_of(people)
        return self.world.groups[pool] if pool else {}

    def _team_names(self, people: People | None) -> list[str]:
        return [f"{self.environment}-{team}" for team in people.teams] if people else []


def adopted(people: People, stack: PeopleStack, mode: str = "adopt") -> People:
    """Return the people of an environment that works with the workforce of another."""
    return replace(
        people,
        mode=mode,
        workforce_name=stack.environment,
        user_pool_id=stack.pool,
        client_id=stack.client,
    )


def _oidc(people: People) -> dict[str, Any]:
    return {
        "WorkforceName": people.workforce_name,
        "Oidc": {**OIDC, "Issuer": people.issuer},
        "ClientSecretArn": SECRET,
        "Cidrs": list(people.cidrs),
    }


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:10]
