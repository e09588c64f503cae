"""The whole environment, deployed with no more than bootstrap/policies.yaml allows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from local.aws import ROOT, LocalAws
from local.cdk_cli import CdkCli
from tests.e2e.deployer import Deployer

_APP = "python -m tests.e2e.app_with_boundary"


def test_deploy_update_and_destroy_pass_with_the_policies_and_leave_nothing(tmp_path: Path) -> None:
    with LocalAws(tmp_path) as aws:
        deployer = Deployer(aws, "local")
        cdk = CdkCli(environment="local", variables=aws.environment, folder=tmp_path, app=_APP)
        cdk.bootstrap(aws.account, aws.region, ",".join(deployer.policies))
        outputs = cdk.deploy("Data", "Workforce")
        for file in (ROOT / "samples" / "even-odd" / "Input").iterdir():
            aws.client("s3").put_object(
                Bucket=outputs["InputBucketName"], Key=f"Input/{file.name}", Body=file.read_bytes()
            )
        # A tag on everything: each resource that can have tags is changed.
        replace(cdk, app=f"{_APP} research").deploy("Data", "Workforce", "Labeling")
        roles = aws.client("iam").list_roles()["Roles"]
        bounds = {
            aws.client("iam").get_role(RoleName=role["RoleName"])["Role"]["PermissionsBoundary"][
                "PermissionsBoundaryArn"
            ]
            for role in roles
            if role["RoleName"].startswith("local-")
        }
        jobs = aws.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]

        cdk.destroy()

        left = [
            stack["StackName"] for stack in aws.client("cloudformation").describe_stacks()["Stacks"]
        ]
    assert bounds == {deployer.boundary}
    assert [job["LabelingJobStatus"] for job in jobs] == ["InProgress"]
    assert sorted(left) == ["CDKToolkit", "GroundTruth-local"]
