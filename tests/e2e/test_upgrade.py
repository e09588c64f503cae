"""What the first house has deployed is deployed by this tree, and by the first house again.

Half of a job is labeled by then. One story, which all tests read: it takes a minute, and half a
minute more where this tree's functions are others than the first house's. Whoever adds to it looks
at what that costs; 120 seconds on two cores are the budget.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from local.aws import LocalAws
from local.cdk_cli import ROOT, CdkCli
from local.ground_truth import png
from local.inventory import inventory
from local.walkthrough import even_or_odd, read_labels, wait_for_end, who_labeled
from local.worker import Worker
from tests.e2e.account import Account, acts, calls, look, mails
from tests.e2e.project import Project
from tests.e2e.waiting import eventually

_FIRST_HOUSE: Final = ROOT / "tests" / "data" / "first-house"
_NAME: Final = "deployed"
_ATTRIBUTE: Final = "even-odd"
_MANIFEST: Final = "manifests/output/output.manifest"
_TEXTS: Final = {f"Input/{number}.txt": str(number) for number in range(1, 7)}
_PICTURES: Final = ("Streets/1.png", "Streets/2.png")
#: Types that hold data, people, work or what is done with them.
_NEVER_REPLACED: Final = (
    "AWS::Cognito::",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SageMaker::",
    "AWS::SNS::Topic",
    "Custom::",
)


@dataclass(frozen=True, kw_only=True)
class Story:
    """What was seen of the account, one time after the other."""

    #: Before anything is deployed, and after all is destroyed.
    empty: set[str]
    left: set[str]
    #: By the first house, with jobs that have begun.
    deployed: Account
    #: By this tree.
    upgraded: Account
    #: After some more work, before and after the way back.
    labeled: Account
    back: Account
    #: What the two deployments called that makes, ends or tells something.
    acts_of_upgrade: list[str]
    acts_of_way_back: list[str]
    #: What CloudFormation has deleted while it upgraded and went back.
    deleted: list[str]
    #: Object → text and label, and worker.
    labels: Mapping[str, tuple[str, str | None]]
    workers: Mapping[str, list[str]]
    status: str


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("upgrade")
    with LocalAws(folder) as aws:
        project = Project(aws=aws, folder=folder, patch="as-deployed")
        yield _tell(project)


def _tell(project: Project) -> Story:
    aws = project.aws
    this_tree, first_house = _commands(project)
    this_tree.bootstrap(aws.account, aws.region)
    empty = inventory(aws.client)

    outputs = first_house.deploy("Data", "Workforce")
    _upload(aws, outputs["InputBucketName"])
    for name in ("lead", "ana", "bo", "cleo"):
        project.follow_links(name)  # who confirms a subscription gets mails
    outputs |= first_house.deploy("Labeling")
    workers = {name: project.worker(name) for name in ("ana", "bo", "cleo")}
    _label(workers["ana"], outputs["EvenOddSampleJobName"], number=3)
    wait_for_end(aws.client("sagemaker"), outputs["EvenOddSampleJobName"], seconds=60)
    eventually(lambda: ("lead@example.com", "EventBridge Notification") in mails(aws))
    _label(workers["ana"], outputs["EvenOddJobName"], number=3)
    _await_labels(aws, outputs["EvenOddJobName"], number=3)
    deployed = look(aws, workers)

    since, before = len(calls(aws)), _deletions(aws)
    _deploy(this_tree)
    acts_of_upgrade = acts(aws, since)
    upgraded = look(aws, workers)

    _label(workers["bo"], outputs["EvenOddJobName"], number=2)
    _await_labels(aws, outputs["EvenOddJobName"], number=5)
    labeled = look(aws, workers)

    since = len(calls(aws))
    _deploy(first_house)
    acts_of_way_back = acts(aws, since)
    back = look(aws, workers)
    deleted = sorted(f"{name} of {stack}" for stack, name in _deletions(aws) - before)

    _label(workers["ana"], outputs["EvenOddJobName"], number=1)
    status = wait_for_end(aws.client("sagemaker"), outputs["EvenOddJobName"], seconds=60)
    manifest = outputs["EvenOddOutputManifestUri"]
    lines = read_labels(aws.client("s3"), manifest, _ATTRIBUTE)
    who = who_labeled(aws.client("s3"), aws.client("cognito-idp"), manifest)

    this_tree.destroy()
    return Story(
        empty=empty,
        left=inventory(aws.client),
        deployed=deployed,
        upgraded=upgraded,
        labeled=labeled,
        back=back,
        acts_of_upgrade=acts_of_upgrade,
        acts_of_way_back=acts_of_way_back,
        deleted=deleted,
        labels={line.object_key: (line.text, line.label) for line in lines},
        workers=who,
        status=status,
    )


def _commands(project: Project) -> tuple[CdkCli, CdkCli]:
    """Return the CDK command of this tree, and that of the first house, which only reads."""
    environments = project.folder / "environments"
    environments.mkdir()
    shutil.copy(_FIRST_HOUSE / "environments" / f"{_NAME}.yaml", environments)
    assembly = project.folder / "first-house"
    shutil.copytree(_FIRST_HOUSE / "assembly", assembly)
    this_tree = project.cdk(_NAME)
    return this_tree, replace(this_tree, app=str(assembly))


def _deploy(cdk: CdkCli) -> None:
    """Deploy all stacks that the tree has."""
    cdk.run("deploy", f"{_NAME}/*", "--require-approval=never", "--progress=events")


def _upload(aws: LocalAws, bucket: str) -> None:
    s3 = aws.client("s3")
    for key, text in _TEXTS.items():
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
    for key in _PICTURES:
        s3.put_object(Bucket=bucket, Key=key, Body=png.write(40, 30, bytes(40 * 30), [(9, 9, 9)]))
    size = {"width": 40, "height": 30, "depth": 3}
    box = {"class_id": 0, "left": 4, "top": 5, "width": 10, "height": 12}
    about = {
        "objects": [{"confidence": 0}],
        "class-map": {"0": "Car"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-10-31T12:00:00",
        "job-name": "labeling-job/earlier",
    }
    line = {
        "source-ref": f"s3://{bucket}/{_PICTURES[0]}",
        "vehicles": {"image_size": [size], "annotations": [box]},
        "vehicles-metadata": about,
    }
    s3.put_object(Bucket=bucket, Key="earlier/output.manifest", Body=json.dumps(line).encode())


def _label(worker: Worker, job: str, *, number: int) -> None:
    tasks = [task for task in worker.tasks() if task.job_name == job][:number]
    assert len(tasks) == number
    for task in tasks:
        label = even_or_odd(task.input["taskObject"])
        worker.answer(task, {"crowd-classifier": {"label": label}})


def _await_labels(aws: LocalAws, job: str, *, number: int) -> None:
    """Wait until the answers have become labels; the output manifest is written last."""
    described = aws.client("sagemaker").describe_labeling_job(LabelingJobName=job)
    manifest = f"{described['OutputConfig']['S3OutputPath']}/{job}/{_MANIFEST}"

    def is_labeled() -> bool:
        try:
            lines = read_labels(aws.client("s3"), manifest, _ATTRIBUTE)
        except aws.client("s3").exceptions.NoSuchKey:
            return False
        return len([line for line in lines if line.label is not None]) == number

    eventually(is_labeled)


def _deletions(aws: LocalAws) -> set[tuple[str, str]]:
    """Return the stack and the logical id of all that CloudFormation has deleted so far."""
    formation = aws.client("cloudformation")
    return {
        (stack["StackName"], event["LogicalResourceId"])
        for stack in formation.describe_stacks()["Stacks"]
        for page in formation.get_paginator("describe_stack_events").paginate(
            StackName=stack["StackName"]
        )
        for event in page["StackEvents"]
        if event["ResourceStatus"].startswith("DELETE")
    }


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    """Return what is gone or another one; what has come besides is nobody's loss."""
    return {
        name: (value, after.get(name)) for name, value in before.items() if after.get(name) != value
    }


def test_the_jobs_of_the_first_house_had_begun(story: Story) -> None:
    counters = {
        name.rpartition("-")[0].removeprefix(f"{_NAME}-"): (status, counters["TotalLabeled"])
        for name, (status, _, counters) in story.deployed.jobs.items()
    }

    assert counters == {
        "cars": ("InProgress", 0),
        "earlier-cars-adjusted": ("InProgress", 0),
        "even-odd": ("InProgress", 3),
        "even-odd-sample": ("Completed", 3),
    }
    assert len(story.deployed.tasks["bo"]) == 3
    assert len(story.deployed.tasks["cleo"]) == 3


@pytest.fixture(params=["forth", "back"])
def deployment(story: Story, request: pytest.FixtureRequest) -> tuple[Account, Account, list[str]]:
    """Give the account before and after a deployment, and what the deployment called."""
    if request.param == "forth":
        return story.deployed, story.upgraded, story.acts_of_upgrade
    return story.labeled, story.back, story.acts_of_way_back


Deployment = tuple[Account, Account, list[str]]


def test_nothing_that_is_there_is_replaced(deployment: Deployment) -> None:
    before, after, _ = deployment
    held = {
        place: what
        for place, what in before.resources.items()
        if what[0].startswith(_NEVER_REPLACED)
    }

    assert {kind for kind, _ in held.values()} >= {"AWS::S3::Bucket", "Custom::LabelingJob"}
    assert _changed(held, after.resources) == {}
    assert _changed(before.made, after.made) == {}


def test_nothing_is_deleted(story: Story) -> None:
    assert story.deleted == []


def test_no_job_starts_or_stops(deployment: Deployment) -> None:
    before, after, acts = deployment

    assert after.jobs == before.jobs
    assert [act for act in acts if act.startswith("sagemaker:")] == []


def test_no_label_is_asked_again(deployment: Deployment) -> None:
    before, after, _ = deployment

    assert after.tasks == before.tasks
    assert after.files == before.files


def test_nobody_is_invited_moved_or_written_to(deployment: Deployment) -> None:
    before, after, acts = deployment

    assert before.people.keys()
    assert after.people == before.people
    assert after.mails == before.mails
    assert [act for act in acts if act.startswith(("cognito-idp:", "ses:", "sns:"))] == []


def test_the_outputs_stay(deployment: Deployment) -> None:
    before, after, _ = deployment

    for stack, outputs in before.outputs.items():
        assert _changed(outputs, after.outputs[stack]) == {}


def test_the_job_that_was_half_labeled_has_each_label_once(story: Story) -> None:
    assert story.status == "Completed"
    assert story.labels == {key: (text, even_or_odd(text)) for key, text in _TEXTS.items()}
    assert sorted(len(each) for each in story.workers.values()) == [1] * len(_TEXTS)
    assert sorted(email for each in story.workers.values() for email in each) == [
        *["ana@example.com"] * 4,
        *["bo@example.com"] * 2,
    ]


def test_what_the_first_house_has_deployed_is_destroyed_by_this_tree(story: Story) -> None:
    assert story.left == story.empty
