"""What a tree does with the first house's environment files that a later tree may not change.

Each contract is a place, such as `resources / deployed / Data / DataKey0C3B`, and its value. The
golden values are in tests/data/first-house/contracts.yaml.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk

from labeling_job.identity import Owner
from labeling_job.identity import physical_id as job_id
from labeling_job.labeling_job import run
from plan.assembly import Environment, Resource, read_assembly
from stacks.config import Environment as EnvironmentFile
from stacks.environment import EnvironmentStage
from tests.infra.synthesis import ROOT, feature_flags
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job_aws import FakeAws
from workforce.resources import physical_id as people_id

FIRST_HOUSE: Final = ROOT / "tests" / "data" / "first-house"
ASSEMBLY: Final = FIRST_HOUSE / "assembly"
#: The environment that the assembly is of.
DEPLOYED: Final = "deployed"
#: A job of texts, one that chooses some of them by chance, and one of another job's labels.
_WHOLE, _SAMPLE = "even-odd", "even-odd-sample"
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
_JOB: Final = "Custom::LabelingJob"
#: What holds data, or people.
_HOLDING: Final = ("AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::S3::Bucket")
_STACK: Final = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{{}}/0a1b2c3d"
_SIGNED: Final = "https://example.com/?X-Amz-Date=20261127T{:06}Z&Signature=secret"

#: A value of a contract: a text, or a list of them.
Value = str | list[str]


def synthesise(environments: list[EnvironmentFile], folder: Path) -> dict[str, Environment]:
    """Return the templates of environments, made as the CDK command makes them."""
    context = {**feature_flags(), "aws:cdk:enable-path-metadata": True}
    app = cdk.App(context=context, outdir=str(folder))
    for environment in environments:
        EnvironmentStage(app, environment)
    app.synth()
    return read_assembly(folder)


def contracts(environments: Mapping[str, Environment]) -> dict[str, Value]:
    """Return all contracts by their places."""
    return {**of_templates(environments), **dict(_flat(_of_runs(environments[DEPLOYED])))}


def of_templates(environments: Mapping[str, Environment]) -> dict[str, Value]:
    """Return what the templates say, and the physical ids that follow from them."""
    found: dict[str, Any] = {}
    for name, environment in environments.items():
        resolver = _Resolver(environment)
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


def job_properties(environment: Environment, key: str) -> dict[str, Any]:
    """Return the properties of a job as its function gets them: names instead of references."""
    found: dict[str, Any] = _Resolver(environment).resolve(_job(environment, key))
    return found


def property_names(value: Any, place: str = "") -> set[str]:
    """Return the names in properties, those below others as `Input.Kind`."""
    if not isinstance(value, Mapping) or _is_reference(value):
        return {place}
    found = {place} if place else set()
    for name, each in value.items():
        found |= property_names(each, f"{place}.{name}" if place else name)
    return found


def _of_resource(resource: Resource, resolver: _Resolver) -> Iterator[tuple[str, Any]]:
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
            yield "physical ids", _physical_id(resource, properties, _STACK.format(stack))
    if resource.type == _JOB:
        yield (
            "layout",
            {
                "begin of names": properties["NamePrefix"],
                "requests": f"s3://{properties['Files']['Bucket']}/{properties['Files']['Prefix']}",
                "labels": properties["Request"]["OutputConfig"]["S3OutputPath"],
            },
        )


def _physical_id(resource: Resource, properties: Mapping[str, Any], stack_id: str) -> str:
    if resource.type == _JOB:
        return job_id(Owner(stack_id=stack_id, logical_id=resource.logical_id), properties)
    event = {
        "RequestType": "Create",
        "ResourceType": resource.type,
        "StackId": stack_id,
        "LogicalResourceId": resource.logical_id,
        "ResourceProperties": properties,
    }
    return people_id(event)


def _properties(environments: Mapping[str, Environment]) -> dict[str, Any]:
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


def _of_runs(environment: Environment) -> dict[str, Any]:
    """Return what the function does with the jobs of an environment, from start to end."""
    objects = {f"Input/{number:02}.txt": str(number).encode() for number in range(1, 21)}
    first = _Run(environment, _WHOLE, objects)
    first.send("Create")
    found = {
        "the first run": {
            "job's name": first.jobs[-1],
            "files": {key.rpartition("/")[2]: key.rpartition("/")[0] for key in first.files},
            "counts": dict.fromkeys(json.loads(first.content("run.json")), "there"),
            "tags": first.tags,
            "attributes": dict.fromkeys(first.attributes, "there"),
            "marker": first.marker(0),
        }
    }
    first.label(objects=5)
    first.send("Update", NamePrefix=f"{environment.name}-{_WHOLE}", Revision="2")
    found["a run that takes its place"] = {
        "job's name": first.jobs[-1],
        "carried over": first.attributes["CarriedOverCount"],
        "marker of the first": first.marker(0),
        "marker": first.marker(1),
    }
    first.send("Delete")
    found["after its end"] = {"marker of the first": first.marker(0)}
    again = _Run(environment, _WHOLE, objects)
    again.send("Create")
    again.end("Failed")
    again.send("Create")
    found["a run after one that failed"] = {"job's name": again.jobs[-1]}
    found["choices"] = {
        f"{sample} of 20 {order} with seed {seed}": _chosen(
            environment, objects, seed, sample, order
        )
        for seed in ("0", "7")
        for sample, order in (("5", "listed"), ("20", "shuffled"), ("5", "shuffled"))
    }
    return found


def _chosen(
    environment: Environment, objects: Mapping[str, bytes], seed: str, sample: str, order: str
) -> list[str]:
    one = _Run(environment, _SAMPLE, objects)
    choice = {"Seed": seed, "Sample": sample, "Order": order}
    one.send("Create", Input={**one.properties["Input"], **choice})
    lines = one.content("input.manifest").decode().splitlines()
    return [json.loads(line)["object"].rpartition("/")[2] for line in lines]


class _Run:
    """A job of an environment, with its function and what the function sees of AWS."""

    def __init__(self, environment: Environment, key: str, objects: Mapping[str, bytes]) -> None:
        self._resource = _job(environment, key)
        self._stack = environment.stacks[self._resource.stack].name
        self.properties = job_properties(environment, key)
        self._ids: list[str] = []
        self._sent = 0
        self._before = self.properties
        self._aws = FakeAws()
        self._aws.objects[self.properties["Input"]["Bucket"]].update(objects)
        #: What the resource answers when it is asked for an attribute.
        self.attributes: Mapping[str, str] = {}

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs that were created, in order."""
        return [each["LabelingJobName"] for each in self._aws.called("CreateLabelingJob")]

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the last job."""
        tags = self._aws.called("CreateLabelingJob")[-1]["Tags"]
        return {each["Key"]: each["Value"] for each in tags}

    @property
    def files(self) -> list[str]:
        """The keys of what is in the output bucket."""
        return sorted(self._output)

    @property
    def _output(self) -> dict[str, bytes]:
        return self._aws.objects[self.properties["Files"]["Bucket"]]

    def content(self, name: str) -> bytes:
        """Return the content of the only file of a name."""
        (found,) = (key for key in self._output if key.endswith(f"/{name}"))
        return self._output[found]

    def marker(self, number: int) -> dict[str, str]:
        """Return what is remembered of a physical id, which is the first, second …, and where."""
        prefix = self.properties["Files"]["Prefix"]
        key = f"{prefix}wanted/{self._ids[number]}.json"
        content = json.loads(self._output[key]) if key in self._output else {}
        return {"key": key, **{name: json.dumps(value) for name, value in content.items()}}

    def send(self, kind: str, **changes: Any) -> None:
        """Let the function work on an event of CloudFormation."""
        self._sent += 1
        properties = _as_sent({**self.properties, **changes})
        event = {
            "RequestType": kind,
            "ResponseURL": _SIGNED.format(self._sent),
            "StackId": _STACK.format(self._stack),
            "RequestId": f"request-{self._sent}",
            "ResourceType": _JOB,
            "LogicalResourceId": self._resource.logical_id,
            "ResourceProperties": properties,
        }
        if kind == "Update":
            event["OldResourceProperties"] = self._before
        if kind != "Create":
            # CloudFormation deletes the old one when the new one is there.
            event["PhysicalResourceId"] = self._ids[0]
        outcome = run(event, self._aws.collaborators())
        if kind != "Delete":
            self._ids.append(outcome.physical_id)
            self.attributes = outcome.data
        self._before = properties

    def label(self, *, objects: int) -> None:
        """Put the labels of the last job's first data objects where Ground Truth puts them."""
        lines = self.content("input.manifest").decode().splitlines()[:objects]
        attribute = self.properties["Request"]["LabelAttributeName"]
        labels = {attribute: 0, f"{attribute}-metadata": {"class-name": "Even"}}
        labeled = [json.dumps(json.loads(line) | labels) for line in lines]
        place = self.attributes["OutputManifestUri"].removeprefix("s3://").partition("/")
        self._aws.objects[place[0]][place[2]] = "".join(f"{each}\n" for each in labeled).encode()

    def end(self, status: str) -> None:
        """Let the last job end."""
        self._aws.jobs[self.jobs[-1].lower()]["LabelingJobStatus"] = status


def _job(environment: Environment, key: str) -> Resource:
    (found,) = (
        each
        for each in environment.resources(_JOB)
        if each.properties["NamePrefix"] == f"{environment.name}-{key}"
    )
    return found


@dataclass(frozen=True)
class _Resolver:
    """Puts names in the place of references, as CloudFormation puts what AWS has made."""

    environment: Environment

    def resolve(self, resource: Resource) -> Any:
        """Return a resource's properties; a reference becomes `Data.DataKey0C3B.Arn`."""
        return self.of(resource.properties, resource.stack)

    def of(self, value: Any, stack: str) -> Any:
        """Return a value of a template of `stack`."""
        if isinstance(value, list):
            return [self.of(each, stack) for each in value]
        if not isinstance(value, Mapping):
            return value
        if not _is_reference(value):
            return {name: self.of(each, stack) for name, each in value.items()}
        ((name, content),) = value.items()
        if name == "Fn::Join":
            return content[0].join(str(self.of(each, stack)) for each in content[1])
        if name == "Fn::GetStackOutput":
            # What it is called on the way from stack to stack is nobody's concern.
            other = next(
                each
                for each in self.environment.stacks.values()
                if each.name == content["StackName"]
            )
            return self.of(other.template["Outputs"][content["OutputName"]]["Value"], other.key)
        if name == "Ref" and content.startswith("AWS::"):
            return {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}.get(content, content)
        if name in ("Ref", "Fn::GetAtt"):
            return ".".join([stack, *([content] if name == "Ref" else content)])
        return json.dumps(value, sort_keys=True)


def _is_reference(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _as_sent(value: Any) -> Any:
    """Make texts of scalars, as CloudFormation does."""
    if isinstance(value, Mapping):
        return {name: _as_sent(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_sent(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(value: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Value]]:
    for name, each in value.items():
        where = f"{place} / {name}" if place else name
        if isinstance(each, Mapping):
            yield from _flat(each, where)
        else:
            yield where, each if isinstance(each, list) else str(each)
