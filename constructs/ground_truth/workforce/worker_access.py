"""Ties the addresses of data objects to where their worker is."""

from __future__ import annotations

from collections.abc import Iterable

from constructs import Construct

from constructs.ground_truth.workforce.work_team import WorkTeam
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class WorkerAccess(Construct):
    """`Custom::WorkerAccess`: the teams' `WorkerAccessConfiguration`, which CloudFormation lacks.

    A presigned address in a template (`grant_read_access`) then works only for the IP address that
    has opened the task: of the internet, or of the VPC that the portal is in (botocore:
    IamPolicyConstraints).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        teams: Iterable[WorkTeam],
        in_vpc: bool,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        function.allow(
            actions=["sagemaker:DescribeWorkteam", "sagemaker:UpdateWorkteam"],
            resources=function.team_arns,
        )
        resource = function.resource(
            self,
            "Access",
            "WorkerAccess",
            {
                "Teams": [team.name for team in teams],
                "SourceIp": "Disabled" if in_vpc else "Enabled",
                "VpcSourceIp": "Enabled" if in_vpc else "Disabled",
                # CloudFormation's own update of a team may write over it.
                "Descriptions": [team.description for team in teams],
            },
        )
        resource.node.add_dependency(*function.permissions, *teams)
