"""What an administrator says of an environment when he deploys bootstrap/policies.yaml for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from cli.aws.policy_documents import Parameters, Place, defaults, documents
from cli.doctor.buckets import named_buckets, named_keys
from cli.errors import CommandError
from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Environment

#: Of an environment's name, in the names that CloudFormation makes up: it keeps 25 characters of a
#: stack's, and `-Workforce` is ten of them.
LONGEST: Final = 15
#: Characters of a managed policy
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
_MOST: Final = 6_144
#: The longest that AWS makes of a place, for a boundary's size.
_ANYWHERE: Final = Place(account="1" * 12, region="ap-northeast-1")
_S3: Final = "s3://"
_STACK_TAG: Final = "aws:cloudformation:stack-name"
#: By the stack that has it, the parameter that names a key of an earlier version.
_KEYS: Final = {"Data": "DataKey", "Workforce": "TopicsKey"}
#: Parameters that stay as an administrator has said them, which docs/security.md lets him do.
_BY_HAND: Final = ("Qualifier", "Keys", *_KEYS.values())
#: The statement by which a key says itself who may administer it.
_DEPLOYING: Final = "CloudFormationDeploys"


def named(environment: Environment) -> dict[str, str | list[str]]:
    """Return the parameters that follow from the file alone, and are not their default.

    Raises CommandError for a name that the policies can't know its resources by.
    """
    _check_name(environment.name)
    partition = REGIONS[environment.region].partition
    workforce, jobs = environment.workforce, environment.jobs.values()
    adopted = workforce.adopt and workforce.adopt.user_pool_id
    pool = f"arn:{partition}:cognito-idp:{environment.region}:*:userpool/{adopted}"
    people = workforce.workers_from or ""
    people_keys = [workforce.workers_from_key] if workforce.workers_from_key else []
    functions = {each for job in jobs for each in (job.pre_annotation, job.post_annotation)}
    found: dict[str, str | list[str]] = {
        "Environment": environment.name,
        "SharedWith": workforce.shared_with or "",
        "TagKeys": [*defaults()["TagKeys"], *sorted(environment.tags)],
        "Buckets": [
            *(
                f"arn:{partition}:s3:::{bucket}{ending}"
                for bucket in sorted(named_buckets(environment))
                for ending in ("", "/*")
            ),
            *([f"arn:{partition}:s3:::{people.removeprefix(_S3)}"] if _S3 in people else []),
        ],
        "Keys": sorted({*(key for key, _ in named_keys(environment)), *people_keys}),
        "UserPools": [pool] if adopted else [],
        "Secrets": [
            *([workforce.oidc.client_secret] if workforce.oidc else []),
            *([people] if people and _S3 not in people else []),
        ],
        "Identities": [
            f"arn:{partition}:ses:{environment.region}:*:identity/{each}"
            for each in workforce.sender_identities
        ],
        "Functions": sorted(each for each in functions if each and each.startswith("arn:")),
    }
    changed = {name: value for name, value in found.items() if value != defaults().get(name)}
    _check_size(environment.name, changed)
    return changed


def deployed(environment: Environment, client: Any) -> dict[str, str | list[str]]:
    """Return the parameters that name what an earlier version has made.

    `client` makes clients of AWS. A key that says itself who deploys it needs no name here, nor
    does a pool that has CloudFormation's tag. Raises errors of botocore.
    """
    found: dict[str, str | list[str]] = {}
    formation = client("cloudformation")
    for stack, parameter in _KEYS.items():
        name = f"{environment.name}-{stack}"
        try:
            there = formation.describe_stack_resources(StackName=name)["StackResources"]
        except ClientError as error:
            # CloudFormation has no code of its own for a stack that is not there.
            if error.response.get("Error", {}).get("Code") != "ValidationError":
                raise
            continue
        for key in _ids(there, "AWS::KMS::Key"):
            if not _says_who_deploys(formation, name):
                found[parameter] = key
        for pool in _ids(there, "AWS::Cognito::UserPool"):
            described = client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]
            if _STACK_TAG not in described.get("UserPoolTags", {}):
                found["UserPools"] = [described["Arn"]]
    return found


def lacking(needed: Parameters, stack: Mapping[str, Any]) -> list[str]:
    """Return the parameters of a stack of policies that do not say all that is needed."""
    there = _said(stack)
    return [
        name
        for name, value in needed.items()
        if not set(_items(value)) <= set(there.get(name, "").split(","))
    ]


def given_up(needed: Parameters, stack: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return, empty again, the parameters of a stack of policies that nothing needs any more.

    `aws cloudformation deploy` leaves every parameter as it was that it is not told.
    """
    there = _said(stack)
    return {
        name: default
        for name, default in defaults().items()
        if name not in needed
        and name not in _BY_HAND
        and there.get(name, text(default)) != text(default)
    }


def _said(stack: Mapping[str, Any]) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}


def text(value: str | list[str]) -> str:
    """Return a parameter's value as CloudFormation takes it."""
    return ",".join(_items(value))


def _items(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _ids(resources: list[Mapping[str, Any]], kind: str) -> Iterator[str]:
    for each in resources:
        if each["ResourceType"] == kind and "PhysicalResourceId" in each:
            yield each["PhysicalResourceId"]


def _says_who_deploys(formation: Any, stack: str) -> bool:
    body = formation.get_template(StackName=stack)["TemplateBody"]
    return _DEPLOYING in (body if isinstance(body, str) else json.dumps(body))


def _check_name(name: str) -> None:
    if len(name) > LONGEST:
        raise CommandError(
            f"expected an environment's name of at most {LONGEST} characters, got {name!r}: the"
            " policies know its resources by their names, of which CloudFormation cuts longer ones;"
            " deploy it into an account of its own, with what rights there are"
        )


def _check_size(name: str, parameters: Parameters) -> None:
    boundary = documents(parameters, _ANYWHERE)["Boundary"]
    size = len(json.dumps({"Version": "2012-10-17", "Statement": boundary}, separators=(",", ":")))
    if size > _MOST:
        raise CommandError(
            f"expected at most {_MOST} characters in GroundTruth-{name}-boundary, got up to {size}:"
            " the file names too many buckets, keys and functions that are not its own; put some of"
            " its jobs into another environment"
        )
