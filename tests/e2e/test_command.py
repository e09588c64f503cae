"""The command as a person uses it, from an empty local AWS to nothing, with the real CDK CLI."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ground_truth.config import load
from local.aws import LocalAws
from local.cdk_cli import CdkCli
from tests.assembly import synthesise

_Answer = tuple[int, dict[str, Any]]
#: What of local AWS, and of this computer, is as a deployment needs it.
_RIGHT = (
    *("packages", "Node", "CDK CLI", "certificates", "HOME", "credentials", "Region"),
    *(
        "CDK bootstrap",
        "Ground Truth",
        "workforce",
        "quota of jobs",
        "quota of teams",
        "deploy role",
    ),
)


#: What the template says of who may read a bucket's objects from a page.
_WANTED_CORS = {
    "CorsRules": [
        {
            "AllowedHeaders": [],
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["*"],
            "ExposedHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a repository's folder, whose app is an assembly that a test has to make."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "assembly/cdk.out"}))
    return tmp_path


def _states(told: dict[str, Any]) -> dict[str, str]:
    """Return what the doctor says of each thing."""
    return {each["subject"]: each["state"] for each in told["findings"]}


def _ground_truth(aws: LocalAws, folder: Path) -> Callable[..., _Answer]:
    path = os.environ.get("PYTHONPATH")
    variables = aws.environment if path is None else {**aws.environment, "PYTHONPATH": path}

    def call(*arguments: str) -> _Answer:
        done = subprocess.run(  # noqa: S603  # this interpreter
            [sys.executable, "-m", "cli.main", *arguments, "--json"],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    return call


def _look_for_drift(
    aws: LocalAws, ground_truth: Callable[..., _Answer], deployed: dict[str, dict[str, str]]
) -> None:
    """Change what is deployed by hand, and let the command find just that."""
    status, found = ground_truth("drift", "dev")
    assert (status, found["error"], found["drifted"]) == (0, None, [])
    assert "Custom::PortalLogin" in found["not_checked"]
    # CloudFormation itself takes what our function writes for a change by hand.
    drifts = aws.client("cloudformation").describe_stack_resource_drifts(
        StackName="dev-Workforce", StackResourceDriftStatusFilters=["MODIFIED"]
    )["StackResourceDrifts"]
    assert [each["ResourceType"] for each in drifts] == ["AWS::Cognito::UserPoolClient"]

    cognito, functions = aws.client("cognito-idp"), aws.client("lambda")
    (name,) = (
        each["FunctionName"]
        for each in functions.list_functions()["Functions"]
        if "LabelingJob" in each["FunctionName"]
    )
    memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=512)
    s3 = aws.client("s3")
    bucket = deployed["dev-Data"]["InputBucketName"]
    s3.delete_bucket_cors(Bucket=bucket)
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    ids = {"UserPoolId": pool["Id"], "ClientId": drifts[0]["PhysicalResourceId"]}
    client = cognito.describe_user_pool_client(**ids)["UserPoolClient"]
    told = {
        each: client[each]
        for each in ("AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes")
    }
    cognito.update_user_pool_client(
        **ids,
        **told,
        CallbackURLs=["https://example.com/elsewhere"],
        LogoutURLs=client["LogoutURLs"],
        PreventUserExistenceErrors="ENABLED",
        SupportedIdentityProviders=["COGNITO"],
    )

    status, found = ground_truth("drift", "dev")

    assert (status, found["exit_code"]) == (1, 1)
    assert {
        (each["type"], difference["path"]): (difference["expected"], difference["actual"])
        for each in found["drifted"]
        for difference in each["differences"]
    } == {
        ("AWS::Lambda::Function", "/MemorySize"): (str(memory), "512"),
        ("AWS::S3::Bucket", "/CorsConfiguration"): (_WANTED_CORS, "null"),
        ("AWS::Cognito::UserPoolClient", "/CallbackURLs"): (
            client["CallbackURLs"],
            ["https://example.com/elsewhere"],
        ),
    }


def test_an_environment_s_whole_life_is_in_the_command_s_hands(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with LocalAws(tmp_path_factory.mktemp("aws")) as aws:
        ground_truth = _ground_truth(aws, folder)
        ground_truth("new", "dev", "--task", "text-classification")
        file = folder / "environments" / "dev.yaml"
        waiting = "{prefix: Texts/, split: line, when_empty: skip}"
        file.write_text(file.read_text().replace("{prefix: Texts/, split: line}", waiting))
        cdk = CdkCli(
            environment="dev",
            variables=aws.environment,
            folder=folder / "assembly",
            app=str(synthesise([load(file)], folder / "assembly" / "cdk.out")),
        )
        _, ill = ground_truth("doctor", "dev")
        cdk.bootstrap(aws.account, aws.region)
        _, well = ground_truth("doctor", "dev")
        assert _states(ill)["CDK bootstrap"] == _states(ill)["deploy role"] == "to do"
        assert {_states(well)[subject] for subject in _RIGHT} == {"right"}

        early, refused = ground_truth("workers", "dev")
        assert (early, refused["exit_code"]) == (1, 1)
        assert refused["error"].endswith("deploy it with `ground-truth deploy dev`")
        early, refused = ground_truth("drift", "dev")
        assert early == 1
        assert refused["error"].startswith("expected the stack dev-Data in us-east-1, got none")

        status, deployed = ground_truth("deploy", "dev")
        assert (status, deployed["error"]) == (0, None)
        assert set(deployed["outputs"]) == {"dev-Data", "dev-Workforce", "dev-Labeling"}

        status, told = ground_truth("workers", "dev", "mood")
        assert status == 0
        assert told["portal_url"] == deployed["outputs"]["dev-Workforce"]["PortalUrl"]
        assert {each["email"]: each["account"] for each in told["workers"]} == {
            "ana@example.com": "invited",
            "bo@example.com": "invited",
            "lead@example.com": "-",
        }

        _look_for_drift(aws, ground_truth, deployed["outputs"])

        status, _ = ground_truth("destroy", "dev", "--yes")
        stacks = aws.client("cloudformation").list_stacks()["StackSummaries"]
        left = [each for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"]
        assert status == 0
        assert [each["StackName"] for each in left] == ["CDKToolkit"]
