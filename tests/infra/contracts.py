"""What a tree does with the first house's environment files that a later tree may not change.

Each contract is a place, such as `resources / deployed / Data / DataKey0C3B`, and its value. The
golden values are in tests/data/first-house/contracts.yaml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import yaml

from cli.plan.assembly import AssembledEnvironment, Resource, read_assembly
from ground_truth.config import Environment as EnvironmentFile
from labeling_job.identity import Owner
from labeling_job.identity import physical_id as job_id
from stacks.environment_stage import EnvironmentStage
from tests.infra.bucket_files import of_events, of_readings
from tests.infra.job_runs import JOB, of_runs, stack_id_of
from tests.infra.manifest_lines import of_manifests
from tests.infra.references import Resolver, is_reference
from tests.infra.synthesis import ROOT, feature_flags
from workforce.resources import physical_id as people_id

FIRST_HOUSE: Final = ROOT / "tests" / "data" / "first-house"
ASSEMBLY: Final = FIRST_HOUSE / "assembly"
#: What its function has written of a job, after each event.
BUCKET_FILES: Final = FIRST_HOUSE / "bucket-files.yaml"
#: The environment that the assembly is of.
DEPLOYED: Final = "deployed"
#: Those whose jobs are run.
_LABELING: Final = ("catalogue", DEPLOYED)
#: What gives a resource a name that AWS and people know it by, or a place.
_NAMES: Final = frozenset(
    {
        "AliasName",
        "BucketName",
        "ClientName",
        "Domain",
        "FunctionName",
        "GroupName",
        "LogGroupName",
        "ManagedPolicyName",
        "Name",
        "Path",
        "PolicyName",
        "QueueName",
        "RoleName",
        "TopicName",
        "UserPoolName",
        "WorkforceName",
        "WorkteamName",
    }
)
#: CDK's own custom resource, whose id CloudFormation makes up.
_OF_CDK: Final = "Custom::S3AutoDeleteObjects"
#: What holds data, or people.
_HOLDING: Final = ("AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::S3::Bucket")

#: A value of a contract: a text, or a list of them.
Value = str | list[str]


def synthesise(
    environments: list[EnvironmentFile], folder: Path
) -> dict[str, AssembledEnvironment]:
    """Return the templates of environments, made as the CDK command makes them."""
    context = {**feature_flags(), "aws:cdk:enable-path-metadata": True}
    app = cdk.App(context=context, outdir=str(folder))
    for environment in environments:
        EnvironmentStage(app, environment)
    app.synth()
    return read_assembly(folder)


def contracts(environments: Mapping[str, AssembledEnvironment]) -> dict[str, Value]:
    """Return all contracts by their places."""
    files = yaml.safe_load(BUCKET_FILES.read_text(encoding="utf-8"))
    of_functions = {
        **of_runs(environments[DEPLOYED]),
        "manifest lines": {name: of_manifests(environments[name]) for name in _LABELING},
        "reading": of_readings(environments[DEPLOYED], files),
        "events": of_events(environments[DEPLOYED], files),
    }
    return {**of_templates(environments), **dict(_flat(of_functions))}


def of_templates(environments: Mapping[str, AssembledEnvironment]) -> dict[str, Value]:
    """Return what the templates say, and the physical ids that follow from them."""
    found: dict[str, Any] = {}
    for name, environment in environments.items():
        resolver = Resolver(environment)
        for stack in environment.stacks.values():
            place = f"{name} / {stack.key}"
            outputs = stack.template.get("Outputs", {})
            found[f"outputs / {place}"] = {
                output: resolver.of(each["Value"], stack.key) for output, each in outputs.items()
            }
            found[f"exports / {place}"] = {
                each["Export"]["Name"]: output
                for output, each in outputs.items()
                if "Export" in each
            }
            for resource in stack.resources.values():
                for section, value in _of_resource(resource, resolver):
                    found[f"{section} / {place} / {resource.logical_id}"] = value
    return dict(_flat(found)) | dict(_flat(_properties(environments)))


def golden(content: Mapping[str, Any]) -> dict[str, Value]:
    """Return the golden values of a file by their places."""
    return dict(_flat(content))


def digest(folder: Path) -> str:
    """Return what tells a folder's files, by their names and content, from all others."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if "__pycache__" not in file.parts:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            total.update(f"{file.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()


def property_names(value: Any, place: str = "") -> set[str]:
    """Return the names in properties, those below others as `Input.Kind`."""
    if not isinstance(value, Mapping) or is_reference(value):
        return {place}
    found = {place} if place else set()
    for name, each in value.items():
        found |= property_names(each, f"{place}.{name}" if place else name)
    return found


def _of_resource(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Any]]:
    properties = resolver.resolve(resource)
    yield "resources", f"{resource.type} at {resource.path}"
    yield "names", {name: value for name, value in properties.items() if name in _NAMES}
    if resource.type in _HOLDING:
        yield "removal", f"{resource.deletion_policy}, when replaced: {resource.replace_policy}"
    if resource.type == "AWS::Lambda::Function":
        yield "functions", {name: properties[name] for name in ("Handler", "Role")}
    if resource.type.startswith("Custom::"):
        yield "service tokens", properties["ServiceToken"]
        if resource.type != _OF_CDK:
            stack = resolver.environment.stacks[resource.stack].name
            yield "physical ids", _physical_id(resource, properties, stack_id_of(stack))
    if resource.type == JOB:
        yield (
            "layout",
            {
                "begin of names": properties["NamePrefix"],
                "requests": f"s3://{properties['Files']['Bucket']}/{properties['Files']['Prefix']}",
                "labels": properties["Request"]["OutputConfig"]["S3OutputPath"],
            },
        )


def _physical_id(resource: Resource, properties: Mapping[str, Any], stack_id: str) -> str:
    if resource.type == JOB:
        return job_id(Owner(stack_id=stack_id, logical_id=resource.logical_id), properties)
    event = {
        "RequestType": "Create",
        "ResourceType": resource.type,
        "StackId": stack_id,
        "LogicalResourceId": resource.logical_id,
        "ResourceProperties": properties,
    }
    return people_id(event)


def _properties(environments: Mapping[str, AssembledEnvironment]) -> dict[str, Any]:
    """Return the names of the properties of custom resources: those that all have, and others."""
    names: dict[str, list[set[str]]] = {}
    for environment in environments.values():
        for resource in environment.resources():
            if resource.type.startswith("Custom::"):
                names.setdefault(resource.type, []).append(property_names(resource.properties))
    return {
        f"properties / {kind}": {
            "always": sorted(found[0].intersection(*found)),
            "sometimes": sorted(found[0].union(*found) - found[0].intersection(*found)),
        }
        for kind, found in names.items()
    }


def _flat(value: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Value]]:
    for name, each in value.items():
        where = f"{place} / {name}" if place else name
        if isinstance(each, Mapping):
            yield from _flat(each, where)
        else:
            yield where, each if isinstance(each, list) else str(each)
