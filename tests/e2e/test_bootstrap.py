"""The whole environment, deployed with no more than bootstrap/policies.yaml allows.

Beside it in the account is a shop of somebody else's, which nothing of it touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from cli.aws.policy_documents import Place, documents
from cli.aws.policy_parameters import named
from ground_truth.config import Environment
from local.aws import ROOT, LocalAws
from tests.assembly import synthesise
from tests.e2e.deployer import Deployer
from tests.e2e.neighbours import Shop
from tests.e2e.permissions import Call, calls
from tests.e2e.warm_cdk import WarmCdk
from tests.environments import shipped

_SHOP: Final = "local-webshop"


@dataclass(frozen=True, kw_only=True)
class Story:
    """What became of an environment and of the shop."""

    boundary: str
    #: The boundary as CloudFormation has made it, and as the command reads it from the file.
    bounding: Any
    expected: Any
    bounds: set[str]
    job_states: list[str]
    stacks: list[str]
    shop: set[str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    #: What was asked of IAM from the first deployment to the end.
    calls: list[Call]


def _environment(cost_center: str) -> Environment:
    """Return local AWS's environment under a boundary, with a tag on everything."""
    changes = {
        "permissions_boundary": "GroundTruth-local-boundary",
        "tags": {"cost-center": cost_center},
    }
    return shipped("local").model_copy(update=changes)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Deploy an environment, change each resource that can have tags, and destroy it."""
    folder = tmp_path_factory.mktemp("bootstrap")
    before, after = (
        str(synthesise([_environment(center)], folder / center))
        for center in ("labeling", "research")
    )
    with LocalAws(folder) as aws:
        deployer = Deployer(aws, "local", named(_environment("labeling")))
        cdk = WarmCdk(environment="local", variables=aws.environment, folder=folder, app=before)
        cdk.bootstrap(aws.account, aws.region, ",".join(deployer.policies))
        shop = Shop.open(aws, _SHOP)
        seen, start = shop.look(), aws.call_log.stat().st_size
        _deploy_twice(aws, cdk, replace(cdk, app=after))
        roles = aws.client("iam").list_roles()["Roles"]
        own = [each["RoleName"] for each in roles if each["RoleName"].startswith("local-")]
        bounds = {_boundary(aws, name) for name in own if name != _SHOP}
        jobs = aws.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]

        cdk.destroy()

        yield Story(
            boundary=deployer.boundary,
            bounding=deployer.document(deployer.boundary)["Statement"],
            expected=documents(
                named(_environment("labeling")), Place(account=aws.account, region=aws.region)
            )["Boundary"],
            bounds=bounds,
            job_states=[job["LabelingJobStatus"] for job in jobs],
            stacks=sorted(
                stack["StackName"]
                for stack in aws.client("cloudformation").describe_stacks()["Stacks"]
            ),
            shop=shop.arns,
            before=seen,
            calls=calls(aws.call_log, start),
            after=shop.look(),
        )


def _deploy_twice(aws: LocalAws, first: WarmCdk, second: WarmCdk) -> None:
    outputs = first.deploy("Data", "Workforce")
    for file in (ROOT / "samples" / "even-odd" / "Input").iterdir():
        aws.client("s3").put_object(
            Bucket=outputs["InputBucketName"], Key=f"Input/{file.name}", Body=file.read_bytes()
        )
    second.deploy("Data", "Workforce", "Labeling")


def _boundary(aws: LocalAws, role: str) -> str:
    found = aws.client("iam").get_role(RoleName=role)["Role"]
    return str(found["PermissionsBoundary"]["PermissionsBoundaryArn"])


def test_deploy_update_and_destroy_pass_with_the_policies_and_leave_nothing(story: Story) -> None:
    assert story.job_states == ["InProgress"]
    assert story.stacks == ["CDKToolkit", "GroundTruth-local"]


def test_what_is_simulated_of_the_boundary_is_what_is_deployed(story: Story) -> None:
    assert story.bounding == story.expected


def test_every_role_is_bounded(story: Story) -> None:
    assert story.bounds == {story.boundary}


def test_what_a_neighbour_has_is_as_it_was(story: Story) -> None:
    assert story.after == story.before


def test_nobody_of_the_environment_has_asked_for_what_a_neighbour_has(story: Story) -> None:
    ours = [each for each in story.calls if each.principal not in ("root", "")]

    assert len(ours) > 200
    assert [each for each in ours if each.resource in story.shop] == []
    assert [each for each in ours if not each.allowed] == []
