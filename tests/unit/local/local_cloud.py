"""The rest of AWS in memory, around Ground Truth of local AWS, and an account with a team in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.ground_truth.answers.task_types import TASK_TYPES
from local.ground_truth.api.documented_arns import interface_arns
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.api.unkindness import KIND, Unkindness
from local.ground_truth.cloud import (
    Bucket,
    Denied,
    FunctionFailed,
    Missing,
    Scope,
    User,
    UserPool,
)
from local.ground_truth.portal import desk

SCOPE: Final = Scope(account="000000000000", region="us-east-1")
ROLE: Final = "arn:aws:iam::000000000000:role/labeler"
WORKERS: Final = ("ana@example.com", "bo@example.com", "cy@example.com")
_FUNCTIONS: Final = "arn:aws:lambda:us-east-1:432418664414:function"
_TEAM: Final = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/readers"
_RULE: Final = {"AllowedOrigin": ["*"], "AllowedMethod": ["GET", "HEAD", "PUT"]}
_SCRIPT: Final = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
_INSTRUCTIONS: Final = (
    "<full-instructions>a</full-instructions><short-instructions>b</short-instructions>"
)


@dataclass(kw_only=True)
class MemoryCloud:
    """AWS as the protocol Cloud wants it, in memory.

    A role may do everything but what is in `denied`, as (action, resource).
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    cors: dict[str, list[Mapping[str, list[str]]]] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)
    functions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    portal_domain: str = "sagemaker.aws"

    def read_object(self, scope: Scope, role: str, bucket: str, key: str) -> bytes:
        self.require(scope, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
        if f"s3://{bucket}/{key}" not in self.objects:
            raise Missing(f"s3://{bucket}/{key}")
        return self.objects[f"s3://{bucket}/{key}"]

    def object_size(self, scope: Scope, role: str, bucket: str, key: str) -> int:
        return len(self.read_object(scope, role, bucket, key))

    def read_url(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        *,
        only: Mapping[str, str] | None = None,
    ) -> str:
        self.read_object(scope, role, bucket, key)
        bound = "".join(f"&{name}={value}" for name, value in (only or {}).items())
        return f"https://aws/{bucket}/{key}?signed{bound}"

    def write_object(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        body: bytes,
        *,
        kms_key: str | None = None,  # noqa: ARG002  # the protocol's
    ) -> None:
        self.require(scope, role, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", {})
        self.objects[f"s3://{bucket}/{key}"] = body

    def require(
        self, _scope: Scope, role: str, action: str, resource: str, _context: Mapping[str, str]
    ) -> None:
        if (action, resource) in self.denied:
            raise Denied(action, resource, role)

    def has_function(self, _scope: Scope, arn: str) -> bool:
        return arn in self.functions

    def invoke(self, scope: Scope, role: str, arn: str, event: Mapping[str, Any]) -> Any:
        self.require(scope, role, "lambda:InvokeFunction", arn, {})
        try:
            return self.functions[arn](json.loads(json.dumps(event)))
        except KeyError as error:
            raise FunctionFailed(arn, repr(error)) from error

    def bucket(self, name: str) -> Bucket | None:
        if name == "missing":
            return None
        region = "eu-west-1" if name == "far" else SCOPE.region
        return Bucket(region=region, cors=tuple(self.cors.get(name, [_RULE])))

    def role_trusts(self, _scope: Scope, role: str) -> bool:
        return role == ROLE

    def user_pool(self, _scope: Scope, _pool_id: str) -> UserPool | None:
        return UserPool(
            domain="https://numbers.auth.us-east-1.amazoncognito.com",
            groups=frozenset({"readers"}),
            clients={"client": "secret"},
        )

    def users(self, _scope: Scope, _pool_id: str) -> Iterable[User]:
        for email in WORKERS:
            yield User(
                username=email,
                email=email,
                sub=f"sub-of-{email}",
                enabled=True,
                groups=frozenset({"readers"}),
            )

    def publish(
        self, _scope: Scope, _topic: str, *, subject: str, message: str, source_arn: str
    ) -> None:
        raise AssertionError(f"no team has a topic, got {subject}: {message} of {source_arn}")

    def put_event(self, _scope: Scope, event: Mapping[str, Any]) -> None:
        self.events.append(event)


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = 1_602_973_093.527256

    def __call__(self) -> float:
        return self.now


class Account:
    """An account with a work team of three, and Ground Truth without delays.

    The team is of a user pool, or with `oidc` (OidcConfig) of another provider's group `readers`.
    """

    def __init__(
        self, oidc: Mapping[str, Any] | None = None, *, unkindness: Unkindness = KIND
    ) -> None:
        self.cloud = MemoryCloud()
        self.clock = Clock()
        self.ground_truth = GroundTruth(
            self.cloud, delay=0.0, clock=self.clock, unkindness=unkindness
        )
        member = {"UserPool": "us-east-1_pool", "ClientId": "client"}
        config = {"OidcConfig": oidc} if oidc else {"CognitoConfig": member}
        self.call("CreateWorkforce", {"WorkforceName": "default", **config})
        definition: dict[str, Any] = {"CognitoMemberDefinition": {**member, "UserGroup": "readers"}}
        if oidc:
            definition = {"OidcMemberDefinition": {"Groups": ["readers"]}}
        self.call(
            "CreateWorkteam",
            {
                "WorkteamName": "readers",
                "WorkforceName": "default",
                "MemberDefinitions": [definition],
                "Description": "Reads",
            },
        )

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return self.ground_truth.call(SCOPE, operation, request)

    def put(self, uri: str, content: Any) -> str:
        """Write an object: bytes, a text, or anything else as JSON."""
        body = content if isinstance(content, str | bytes) else json.dumps(content)
        self.cloud.objects[uri] = body.encode() if isinstance(body, str) else body
        return uri

    def request(
        self,
        task_type: str,
        lines: Iterable[Mapping[str, Any]],
        labels: Any = None,
        *,
        template: str | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Return a CreateLabelingJob request for a task type, with its files in S3.

        The manifest's lines name objects that are written, too.
        """
        lines = list(lines)
        for line in lines:
            if line.get("source-ref", "").startswith("s3://"):
                self.cloud.objects.setdefault(line["source-ref"], b"data")
        known = TASK_TYPES[task_type]
        manifest = "".join(f"{json.dumps(line)}\n" for line in lines)
        self.put("s3://data/request/input.manifest", manifest)
        ui = {"UiTemplateS3Uri": "s3://data/request/template"}
        if known.interface:
            ui = {"HumanTaskUiArn": interface_arns(SCOPE.region)[known.interface]}
        else:
            self.put(ui["UiTemplateS3Uri"], template or form(task_type))
        human_task = {
            "WorkteamArn": _TEAM,
            "UiConfig": ui,
            "PreHumanTaskLambdaArn": f"{_FUNCTIONS}:PRE-{task_type}",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": f"{_FUNCTIONS}:ACS-{task_type}"
            },
            "TaskTitle": "Title",
            "TaskDescription": "Description",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
            **changes.pop("HumanTaskConfig", {}),
        }
        request = {
            "LabelingJobName": "job",
            "LabelAttributeName": "label-ref" if known.reference else "label",
            "InputConfig": {
                "DataSource": {
                    "S3DataSource": {"ManifestS3Uri": "s3://data/request/input.manifest"}
                }
            },
            "OutputConfig": {"S3OutputPath": "s3://output/labels/"},
            "RoleArn": ROLE,
            "HumanTaskConfig": human_task,
            **changes,
        }
        if labels is not None:
            self.put("s3://data/request/labels.json", labels)
            request["LabelCategoryConfigS3Uri"] = "s3://data/request/labels.json"
        return request

    def start(self, request: Mapping[str, Any]) -> str:
        """Create a job, let it read its inputs, and return its status."""
        self.call("CreateLabelingJob", request)
        return str(self.step(request["LabelingJobName"])["LabelingJobStatus"])

    def step(self, name: str = "job") -> dict[str, Any]:
        """Let Ground Truth go on, and describe the job."""
        self.ground_truth.step()
        return self.describe(name)

    def describe(self, name: str = "job") -> dict[str, Any]:
        return self.call("DescribeLabelingJob", {"LabelingJobName": name})

    def member(self, worker: str) -> desk.Member:
        [user] = [
            each for each in self.cloud.users(SCOPE, "us-east-1_pool") if each.email == worker
        ]
        return desk.Member(scope=SCOPE, user=user, address="192.0.2.1")

    def tasks(self, worker: str = WORKERS[0]) -> list[dict[str, Any]]:
        return desk.open_tasks(self.ground_truth, self.member(worker), 100)

    def answer(self, content: Mapping[str, Any], worker: str = WORKERS[0]) -> None:
        """Answer the first open task."""
        task_id = self.tasks(worker)[0]["taskId"]
        desk.answer(self.ground_truth, self.member(worker), task_id, content)

    def output(self, name: str = "job") -> list[dict[str, Any]]:
        """Return the output manifest's lines, after some seconds."""
        for _ in range(3):
            self.clock.now += 1
            self.ground_truth.step()
        uri = self.describe(name)["LabelingJobOutput"]["OutputDatasetS3Uri"]
        return [json.loads(line) for line in self.cloud.objects[uri].decode().splitlines()]

    def label(
        self,
        task_type: str,
        line: Mapping[str, Any],
        labels: Any,
        *answers: Mapping[str, Any],
        **changes: Any,
    ) -> dict[str, Any]:
        """Run a job of one object, answered by as many workers as there are answers."""
        task = {
            **changes.pop("HumanTaskConfig", {}),
            "NumberOfHumanWorkersPerDataObject": len(answers),
        }
        request = self.request(task_type, [line], labels, HumanTaskConfig=task, **changes)
        if self.start(request) != "InProgress":
            raise AssertionError(self.describe(request["LabelingJobName"])["FailureReason"])
        for worker, content in zip(WORKERS, answers, strict=False):
            self.answer(content, worker)
        [output] = self.output(request["LabelingJobName"])
        return output


def classes(*names: str) -> dict[str, Any]:
    """Return a label category file of images and texts."""
    return {"document-version": "2018-11-28", "labels": [{"label": name} for name in names]}


def attributed(*names: str, **more: Any) -> dict[str, Any]:
    """Return a label category file of video frames and point clouds."""
    return {"documentVersion": "2020-03-01", "labels": [{"label": name} for name in names], **more}


def form(task_type: str) -> str:
    """Return a worker template for a task type."""
    known = TASK_TYPES[task_type].labeling.form
    if known is None:
        return f'{_SCRIPT}<crowd-form><crowd-input name="text"></crowd-input></crowd-form>'
    attributes = f'{known.labels}="{{{{ task.input.labels | to_json | escape }}}}"'
    if known.image:
        attributes += ' src="{{ task.input.taskObject | grant_read_access }}"'
    if known.previous:
        attributes += f' {known.previous}="{{{{ task.input.manifestLine | to_json | escape }}}}"'
    child = f"<{known.child}>{{{{ task.input.taskObject }}}}</{known.child}>" if known.child else ""
    return (
        f'{_SCRIPT}<crowd-form><{known.element} name="{known.name}" {attributes}>'
        f"{child}{_INSTRUCTIONS}</{known.element}></crowd-form>"
    )
