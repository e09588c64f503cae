"""Which version of bootstrap/policies.yaml an administrator has deployed for an environment."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import policy_parameters
from cli.aws.policy_documents import Parameters
from cli.aws.qualifier import qualifier_of
from cli.errors import CommandError
from cli.repository import INSTALLATION, repository
from ground_truth.config import Environment

#: What the policies have that are older than their output `Version`.
_FIRST: Final = 1
#: CDK's role for questions, which who deploys may assume
#: (https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html).
_LOOKUP_ROLE: Final = (
    "arn:{partition}:iam::{account}:role/cdk-{qualifier}-lookup-role-{account}-{region}"
)
#: Nobody waits long for an answer that a deployment can do without.
_CONFIG: Final = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})


class UnreadableError(Exception):
    """AWS does not say whether there are policies: no credentials, no rights or no network."""


def stack_name(environment: Environment) -> str:
    """Return the stack that docs/security.md deploys the policies as."""
    return f"GroundTruth-{environment.name}"


@functools.cache
def expected_version() -> int:
    """Return the version that this tree's own policies have."""
    import yaml

    file = INSTALLATION / "bootstrap" / "permissions.yaml"
    return int(yaml.safe_load(file.read_text(encoding="utf-8"))["version"])


def deployed_version(environment: Environment, session: Any = None) -> int | None:
    """Return the version that is deployed for an environment, None where no policies of ours are.

    `session` is one of boto3, else that of the shell. The stack is described as CDK's lookup role,
    in the account that CDK deploys to, or where there is no such role by the caller. Raises
    UnreadableError.
    """
    with _readable():
        found = _stack(environment, _clients(environment, session or boto3.Session()))
    return None if found is None else version_in(found)


@contextmanager
def _readable() -> Iterator[None]:
    """Raise UnreadableError for what keeps AWS from answering."""
    try:
        yield
    except (BotoCoreError, ClientError, ValueError) as error:
        # A ValueError is of an address that is none: AWS_ENDPOINT_URL=localhost.
        raise UnreadableError(str(error)) from error


def needed_parameters(environment: Environment, session: Any = None) -> Parameters:
    """Return what the policies of an environment must be deployed with.

    What an earlier version has made is asked as CDK would ask, and what is allowed no more is
    empty. Raises CommandError for a file that policies can't be made for, and UnreadableError.
    """
    parameters = policy_parameters.named(environment)
    with _readable():
        client = _clients(environment, session or boto3.Session())
        needed = parameters | policy_parameters.deployed(environment, client)
        return needed | policy_parameters.given_up(needed, _stack(environment, client) or {})


def version_in(stack: Mapping[str, Any]) -> int | None:
    """Return the version that a stack of policies, as CloudFormation describes it, says it has.

    Raises UnreadableError for an output that is no version.
    """
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    # A stack whose first deployment has failed, or has not begun, has none.
    if not outputs:
        return None
    version = str(outputs.get("Version", _FIRST))
    if not (version.isascii() and version.isdecimal()):
        raise UnreadableError(f"expected a whole number in the output Version, got {version!r}")
    return int(version)


def require_policies(environment: Environment, session: Any = None) -> None:
    """Raise CommandError if the policies that are deployed allow less than a deployment does.

    They are of an earlier version, or were deployed for a file that names less. An environment
    without them, or whose policies can't be read, is deployed with what rights there are: then
    nothing is compared, nor for a name that is too long for them.
    """
    if len(environment.name) > policy_parameters.LONGEST:
        return
    try:
        with _readable():
            client = _clients(environment, session or boto3.Session())
            stack = _stack(environment, client)
            deployed = None if stack is None else version_in(stack)
            if stack is None or deployed is None:
                return
            needed = policy_parameters.named(environment)
            needed |= policy_parameters.deployed(environment, client)
    except UnreadableError:
        return
    line = command(environment, needed | policy_parameters.given_up(needed, stack))
    who = f"who administers the account runs first: `{line}`"
    if deployed < (expected := expected_version()):
        raise CommandError(
            f"expected the policies of {stack_name(environment)} in version {expected}, got version"
            f" {deployed}, which does not allow all that this deployment does; {who}"
        )
    if less := policy_parameters.lacking(needed, stack):
        raise CommandError(
            f"expected the policies of {stack_name(environment)} to allow what the file names, got"
            f" others in {', '.join(less)}; {who}"
        )


def command(environment: Environment, parameters: Parameters) -> str:
    """Return what deploys the policies; what was said of CDK's qualifier before stays."""
    said = (
        shlex.quote(f"{name}={policy_parameters.text(value)}") for name, value in parameters.items()
    )
    return (
        f"aws cloudformation deploy --region {environment.region}"
        f" --stack-name {stack_name(environment)} --template-file bootstrap/policies.yaml"
        f" --parameter-overrides {' '.join(said)}"
        " --capabilities CAPABILITY_NAMED_IAM"
    )


def lookup_credentials(environment: Environment, session: Any) -> dict[str, str]:
    """Return the credentials of CDK's lookup role, in the account that CDK deploys to.

    They are none, for those of the session, where there is no such role in the caller's account.
    Raises botocore's errors.
    """
    region = environment.region
    caller = session.client("sts", region_name=region, config=_CONFIG)
    identity = caller.get_caller_identity()
    account = environment.account or identity["Account"]
    role = _LOOKUP_ROLE.format(
        partition=identity["Arn"].split(":")[1],
        account=account,
        region=region,
        qualifier=qualifier_of(repository()),
    )
    try:
        assumed = caller.assume_role(RoleArn=role, RoleSessionName="ground-truth")["Credentials"]
    except ClientError:
        if account != identity["Account"]:
            raise
        return {}
    return {
        "aws_access_key_id": assumed["AccessKeyId"],
        "aws_secret_access_key": assumed["SecretAccessKey"],
        "aws_session_token": assumed["SessionToken"],
    }


def _clients(environment: Environment, session: Any) -> Callable[[str], Any]:
    """Return what makes clients of AWS as CDK's role for questions, or as the caller."""
    credentials = lookup_credentials(environment, session)

    def client(service: str) -> Any:
        return session.client(
            service, region_name=environment.region, config=_CONFIG, **credentials
        )

    return client


def _stack(environment: Environment, client: Callable[[str], Any]) -> dict[str, Any] | None:
    formation = client("cloudformation")
    try:
        (stack,) = formation.describe_stacks(StackName=stack_name(environment))["Stacks"]
    except ClientError as error:
        # All that can be wrong with a name is that no stack has it.
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return None
        raise
    return dict(stack)
