"""Who labels: the workforce, its teams and their workers."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from constructs.ground_truth import Notifications, PrivateWorkforce, Worker, WorkTeam
from stacks.config import Environment


class WorkforceStack(cdk.Stack):
    """One per account and Region, because Ground Truth allows one private workforce there."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)

        config = environment.workforce
        #: Tells people about work and about the end of jobs.
        self.notifications = Notifications(
            self,
            "Notifications",
            addresses=[address for team in config.teams.values() for address in team.notify],
        )
        workforce = PrivateWorkforce(
            self,
            "Workforce",
            name=environment.name,
            organization=config.create.organization,
            support_email=config.create.support_email,
            allowed_cidrs=config.create.allowed_cidrs,
            protected=environment.protected,
        )
        teams = {
            key: WorkTeam(
                self,
                key,
                name=environment.team_name(key),
                description=team.description,
                workforce=workforce,
                notifications=self.notifications,
            )
            for key, team in config.teams.items()
        }
        workers = Construct(self, "Workers")
        for email in sorted({email for team in config.teams.values() for email in team.workers}):
            Worker(
                workers,
                email,
                email=email,
                workforce=workforce,
                teams=[teams[key] for key, team in config.teams.items() if email in team.workers],
            )

        cdk.CfnOutput(
            self,
            "PortalUrl",
            description="Workers log in here",
            value=workforce.portal_url,
        )
