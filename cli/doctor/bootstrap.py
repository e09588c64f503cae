"""What `cdk bootstrap` has made in the account's Region, and whether it is new enough."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, NotAllowedError, ask, code_of, right, to_do

#: What CDK's templates ask of the bootstrap, `requiresBootstrapStackVersion` of an assembly.
NEEDED: Final = 6
_STACK: Final = "CDKToolkit"


def check(account: Account) -> Answer:
    """Say whether CDK can deploy here."""
    command = f"`npx cdk bootstrap aws://{account.number}/{account.region}`"
    try:
        version = _parameter(account)
    except NotAllowedError:
        # Either says it; whoever may look at one of them need not be allowed the other.
        version = _output(account)
    if version is None:
        return to_do(f"run {command}, once for an account and Region; CDK's bootstrap is not there")
    if version < NEEDED:
        return to_do(f"run {command} again: expected version {NEEDED} or newer, got {version}")
    return right(f"version {version}; the templates need {NEEDED}")


def _parameter(account: Account) -> int | None:
    name = f"/cdk-bootstrap/{account.qualifier()}/version"
    try:
        found = ask("ssm:GetParameter", lambda: account.client("ssm").get_parameter(Name=name))
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        return None
    return int(found["Parameter"]["Value"])


def _output(account: Account) -> int | None:
    formation = account.client("cloudformation")
    try:
        found = ask(
            "cloudformation:DescribeStacks", lambda: formation.describe_stacks(StackName=_STACK)
        )
    except ClientError as error:
        # CloudFormation has no code of its own for a stack that is not there.
        if code_of(error) != "ValidationError":
            raise
        return None
    # One that was never made whole has none.
    outputs = found["Stacks"][0].get("Outputs", ())
    versions = [each["OutputValue"] for each in outputs if each["OutputKey"] == "BootstrapVersion"]
    return int(versions[0]) if versions else None
