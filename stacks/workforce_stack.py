"""Who labels: the workforce, its teams and their workers."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.ground_truth import Notifications
from constructs.ground_truth.data.key_grants import let_deploy
from constructs.ground_truth.workforce.oidc_workforce import OidcWorkforce
from constructs.ground_truth.workforce.pool_protection import PoolProtection
from constructs.ground_truth.workforce.portal_login import PortalLogin
from constructs.ground_truth.workforce.portal_network import PortalNetwork
from constructs.ground_truth.workforce.private_workforce import PrivateWorkforce
from constructs.ground_truth.workforce.user_pool import WorkerPool
from constructs.ground_truth.workforce.work_team import WorkTeam
from constructs.ground_truth.workforce.worker_access import WorkerAccess
from constructs.ground_truth.workforce.workers import Workers
from constructs.ground_truth.workforce.workforce import PoolClient, WorkforceReference
from constructs.ground_truth.workforce.workforce_check import WorkforceCheck
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction
from ground_truth.config import Environment
from ground_truth.config.workforce import Create


class WorkforceStack(cdk.Stack):
    """The workforce: what is made here, and what is taken from the account or shared.

    Ground Truth allows one private workforce per account and Region. Everything waits for the
    check, so that a deployment that can't end well makes nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        log_key: kms.IKey,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)

        self._environment = environment
        config = environment.workforce
        #: Serves the custom resources of this stack.
        self.function = WorkforceFunction(
            self,
            "WorkforceFunction",
            team_names=[environment.team_name(key) for key in config.teams],
            log_key=log_key,
        )
        self._check = self._workforce_check()
        self._pool = None if config.create is None else self._worker_pool(config.create)
        #: What comes before all that is made besides.
        self._first: Construct = self._check
        if self._pool is not None and environment.protected:
            self._first = PoolProtection(
                self, "PoolProtection", pool=self._pool, function=self.function
            )
        workforce = self._workforce()
        #: Tells people about work and about the end of jobs.
        self.notifications = Notifications(
            self,
            "Notifications",
            addresses=[address for team in config.teams.values() for address in team.notify],
        )
        if environment.permissions_boundary is not None:
            let_deploy(self.notifications.key)
        self.notifications.node.add_dependency(self._first)
        teams = {
            key: WorkTeam(
                self,
                key,
                name=environment.team_name(key),
                description=team.description,
                workforce=workforce,
                idp_groups=team.groups,
                topic=self.notifications.team(key, environment.team_name(key), team.addresses),
            )
            for key, team in config.teams.items()
        }
        # A workforce ends before the groups of its pool do.
        for team in teams.values():
            if self._pool is not None and team.group is not None:
                workforce.ready.node.add_dependency(team.group)
        if config.pin_urls_to_worker_ip:
            network = environment.owner.workforce.network
            WorkerAccess(
                self,
                "WorkerAccess",
                teams=teams.values(),
                in_vpc=network is not None and network.vpc is not None,
                function=self.function,
            )
        portal_url = self._log_in(workforce, teams)
        self._outputs(workforce, portal_url)

    def _workforce_check(self) -> WorkforceCheck:
        config = self._environment.workforce
        return WorkforceCheck(
            self,
            "WorkforceCheck",
            mode=config.mode,
            environment=self._environment.name,
            workforce_name=self._workforce_name(),
            pool_client=self._existing_client(),
            email_from=config.email_from,
            function=self.function,
        )

    def _workforce_name(self) -> str:
        adopt, owner = self._environment.workforce.adopt, self._environment.owner
        if adopt is not None:
            return adopt.workforce_name
        if owner is self._environment:
            return owner.name
        # An import keeps the other environment's workforce from being destroyed under this one.
        return cdk.Fn.import_value(_export(owner, "WorkforceName"))

    def _existing_client(self) -> PoolClient | None:
        """Return pool and client of a workforce that this stack does not make."""
        adopt, owner = self._environment.workforce.adopt, self._environment.owner
        if adopt is not None and adopt.user_pool_id is not None and adopt.client_id is not None:
            return PoolClient(user_pool_id=adopt.user_pool_id, client_id=adopt.client_id)
        if owner is not self._environment and owner.workforce.create is not None:
            return PoolClient(
                user_pool_id=cdk.Fn.import_value(_export(owner, "UserPoolId")),
                client_id=cdk.Fn.import_value(_export(owner, "ClientId")),
            )
        return None

    def _worker_pool(self, create: Create) -> WorkerPool:
        pool = WorkerPool(
            self,
            "WorkerPool",
            domain_prefix=self._environment.name,
            settings=create,
            protected=self._environment.protected,
        )
        pool.node.add_dependency(self._check.resource)
        return pool

    def _workforce(self) -> WorkforceReference:
        config, name = self._environment.workforce, self._environment.name
        if config.create is not None and self._pool is not None:
            made = PrivateWorkforce(
                self,
                "Workforce",
                name=name,
                pool=self._pool,
                network=config.create,
                checked=self._first,
            ).workforce
            if config.create.allowed_cidrs or config.create.vpc:
                portal_network = PortalNetwork(
                    self,
                    "PortalNetwork",
                    workforce_name=name,
                    network=config.create,
                    checked=self._first,
                    function=self.function,
                )
                made.ready.node.add_dependency(portal_network)
            return made
        if config.oidc is not None:
            return OidcWorkforce(
                self,
                "Workforce",
                name=name,
                provider=config.oidc,
                checked=self._check,
                function=self.function,
            ).workforce
        owner = self._environment.owner
        return WorkforceReference(
            name=owner.name if config.adopt is None else config.adopt.workforce_name,
            sub_domain=self._check.sub_domain,
            pool_client=self._existing_client(),
            checked=self._check,
            ready=self._check,
        )

    def _log_in(self, workforce: WorkforceReference, teams: dict[str, WorkTeam]) -> str:
        """Let workers log in and invite them; return where."""
        config = self._environment.workforce
        portal_url = f"https://{workforce.sub_domain}"
        if workforce.pool_client is None:
            return portal_url
        ready: list[Construct] = [*teams.values()]
        # Whoever makes a workforce wires its login; who shares it finds it done.
        if config.mode != "shared":
            login = PortalLogin(
                self,
                "PortalLogin",
                workforce=workforce,
                teams=teams.values(),
                pool=self._pool,
                function=self.function,
            )
            ready.append(login)
            portal_url = login.portal_url
        Workers(
            self,
            "Workers",
            environment=self._environment.name,
            members={email: [teams[key] for key in keys] for email, keys in config.workers.items()},
            workforce=workforce,
            after=ready,
            keep_accounts=self._environment.protected,
            function=self.function,
        )
        return portal_url

    def _outputs(self, workforce: WorkforceReference, portal_url: str) -> None:
        cdk.CfnOutput(self, "PortalUrl", description="Workers log in here", value=portal_url)
        self._shared("WorkforceName", "The workforce", workforce.name)
        if workforce.pool_client is None:
            cdk.CfnOutput(
                self,
                "CallbackUrl",
                description="The identity provider must allow this call-back",
                value=f"https://{workforce.sub_domain}/oauth2/idpresponse",
            )
            return
        self._shared("UserPoolId", "The workers' accounts", workforce.pool_client.user_pool_id)
        self._shared("ClientId", "The portal's client", workforce.pool_client.client_id)

    def _shared(self, name: str, description: str, value: str) -> None:
        """Output what environments that share this one's workforce import."""
        is_owner = self._environment.workforce.network is not None
        cdk.CfnOutput(
            self,
            name,
            description=description,
            value=value,
            export_name=_export(self._environment, name) if is_owner else None,
        )


def _export(environment: Environment, name: str) -> str:
    return f"{environment.name}-{name}"
