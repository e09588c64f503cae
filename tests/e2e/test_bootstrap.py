"""The whole environment, deployed with no more than bootstrap/policies.yaml allows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from local.aws import ROOT, LocalAws
from tests.assembly import synthesise
from tests.e2e.deployer import Deployer
from tests.e2e.warm_cdk import WarmCdk
from tests.environments import shipped


def _assembly(folder: Path, cost_center: str) -> str:
    """Synthesise local AWS's environment under a boundary, with a tag on everything."""
    changes = {
        "permissions_boundary": "GroundTruth-local-boundary",
        "tags": {"cost-center": cost_center},
    }
    bounded = shipped("local").model_copy(update=changes)
    return str(synthesise([bounded], folder / cost_center))


def test_deploy_update_and_destroy_pass_with_the_policies_and_leave_nothing(tmp_path: Path) -> None:
    before, after = (_assembly(tmp_path, center) for center in ("labeling", "research"))
    with LocalAws(tmp_path) as aws:
        deployer = Deployer(aws, "local")
        cdk = WarmCdk(environment="local", variables=aws.environment, folder=tmp_path, app=before)
        cdk.bootstrap(aws.account, aws.region, ",".join(deployer.policies))
        outputs = cdk.deploy("Data", "Workforce")
        for file in (ROOT / "samples" / "even-odd" / "Input").iterdir():
            aws.client("s3").put_object(
                Bucket=outputs["InputBucketName"], Key=f"Input/{file.name}", Body=file.read_bytes()
            )
        # Each resource that can have tags is changed.
        replace(cdk, app=after).deploy("Data", "Workforce", "Labeling")
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
