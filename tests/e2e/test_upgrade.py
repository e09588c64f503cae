"""What the first house has deployed is deployed by this tree, and by the first house again.

Half of a job is labeled by then. It is one story that all tests read, in their order. On two idle
cores it takes a minute, and half a minute more where this tree's functions are not the first
house's; two minutes are the budget of whoever adds to it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from cli.plan.assembly import read_assembly
from local.aws import ROOT, LocalAws
from local.cdk_cli import CdkCli
from local.ground_truth.answers import png
from local.inventory import inventory
from local.walkthrough import Label, even_or_odd, read_labels, wait_for_end, who_labeled
from local.worker import Worker
from tests.e2e.account import Account, acts, calls, look, mails
from tests.e2e.project import Project
from tests.e2e.waiting import eventually

_FIRST_HOUSE: Final = ROOT / "tests" / "data" / "first-house"
_NAME: Final = "deployed"
_ATTRIBUTE: Final = "even-odd"
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
class House:
    """The environment, and who can deploy it."""

    aws: LocalAws
    first: CdkCli
    this_tree: CdkCli
    workers: Mapping[str, Worker]
    #: What there was before anything was deployed.
    empty: set[str]
    outputs: Mapping[str, str]

    @property
    def job(self) -> str:
        """The name of the job that is half labeled."""
        return self.outputs["EvenOddJobName"]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The account before and after a deployment, and what the deployment has done."""

    before: Account
    after: Account
    #: Calls that make, end or tell something.
    acts: list[str]
    #: Logical ids, with their stacks.
    deleted: list[str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the first house, deployed, with one job labeled and half of another."""
    folder = tmp_path_factory.mktemp("upgrade")
    with LocalAws(folder) as aws:
        project = Project(aws=aws, folder=folder, changes=())
        first, this_tree = _commands(project)
        this_tree.bootstrap(aws.account, aws.region)
        empty = inventory(aws.client)
        outputs = first.deploy("Data", "Workforce")
        _upload(aws, outputs["InputBucketName"])
        for name in ("lead", "ana", "bo", "cleo"):
            project.follow_links(name)  # who confirms a subscription gets mails
        outputs |= first.deploy("Labeling")
        house = House(
            aws=aws,
            first=first,
            this_tree=this_tree,
            workers={name: project.worker(name) for name in ("ana", "bo", "cleo")},
            empty=empty,
            outputs=outputs,
        )
        _label(house, "ana", outputs["EvenOddSampleJobName"], number=3)
        wait_for_end(aws.client("sagemaker"), outputs["EvenOddSampleJobName"], seconds=60)
        eventually(lambda: ("lead@example.com", "EventBridge Notification") in mails(aws))
        _label(house, "ana", house.job, number=3)
        _await_labels(house, number=3)
        yield house


@pytest.fixture(scope="module")
def forth(house: House) -> Deployment:
    """Give the deployment by this tree of what the first house has deployed."""
    return _deploy(house, house.this_tree)


@pytest.fixture(scope="module")
def back(house: House, forth: Deployment) -> Deployment:
    """Give the way back to the first house, after some more labels."""
    assert forth.after.jobs == forth.before.jobs
    _label(house, "bo", house.job, number=2)
    _await_labels(house, number=5)
    return _deploy(house, house.first)


@pytest.fixture(params=["forth", "back"])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    found: Deployment = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def finished(house: House, back: Deployment) -> str:
    """Give the last status of the job, all of which is labeled."""
    assert back.after.jobs == back.before.jobs
    _label(house, "ana", house.job, number=1)
    return wait_for_end(house.aws.client("sagemaker"), house.job, seconds=60)


def _commands(project: Project) -> tuple[CdkCli, CdkCli]:
    """Return the CDK command of the first house, which only reads, and that of this tree."""
    environments = project.folder / "environments"
    environments.mkdir()
    shutil.copy(_FIRST_HOUSE / "environments" / f"{_NAME}.yaml", environments)
    assembly = project.folder / "first-house"
    shutil.copytree(_FIRST_HOUSE / "assembly", assembly)
    this_tree = project.cdk(_NAME)
    return replace(this_tree, app=str(assembly)), this_tree


def _deploy(house: House, cdk: CdkCli) -> Deployment:
    """Deploy all stacks that the tree has, and see what becomes of what was there."""
    aws = house.aws
    before, deleted, since = look(aws, house.workers), _deletions(aws), len(calls(aws))
    cdk.run("deploy", f"{_NAME}/*", "--require-approval=never", "--progress=events")
    return Deployment(
        before=before,
        acts=acts(aws, since),
        after=look(aws, house.workers),
        deleted=sorted(f"{name} of {stack}" for stack, name in _deletions(aws) - deleted),
    )


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


def _label(house: House, name: str, job: str, *, number: int) -> None:
    worker = house.workers[name]
    tasks = [task for task in worker.tasks() if task.job_name == job][:number]
    assert len(tasks) == number
    for task in tasks:
        label = even_or_odd(task.input["taskObject"])
        worker.answer(task, {"crowd-classifier": {"label": label}})


def _labels(house: House) -> list[Label]:
    s3 = house.aws.client("s3")
    try:
        return read_labels(s3, house.outputs["EvenOddOutputManifestUri"], _ATTRIBUTE)
    except s3.exceptions.NoSuchKey:
        return []


def _await_labels(house: House, *, number: int) -> None:
    """Wait until the answers have become labels; the output manifest is written last."""
    eventually(lambda: len([each for each in _labels(house) if each.label]) == number)


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


def test_the_jobs_of_the_first_house_had_begun(forth: Deployment) -> None:
    counters = {
        name.rpartition("-")[0].removeprefix(f"{_NAME}-"): (status, counters["TotalLabeled"])
        for name, (status, _, counters) in forth.before.jobs.items()
    }

    assert counters == {
        "cars": ("InProgress", 0),
        "earlier-cars-adjusted": ("InProgress", 0),
        "even-odd": ("InProgress", 3),
        "even-odd-sample": ("Completed", 3),
    }
    assert len(forth.before.tasks["bo"]) == 3
    assert len(forth.before.tasks["cleo"]) == 3


def test_nothing_is_replaced_or_deleted(deployment: Deployment) -> None:
    before, after = deployment.before, deployment.after
    held = {
        place: what
        for place, what in before.resources.items()
        if what[0].startswith(_NEVER_REPLACED)
    }

    assert {kind for kind, _ in held.values()} >= {"AWS::S3::Bucket", "Custom::LabelingJob"}
    assert _changed(held, after.resources) == {}
    assert _changed(before.made, after.made) == {}
    # What only this tree has goes on the way back.
    assert [each for each in deployment.deleted if each.split()[0] in _of_the_first_house()] == []


def _of_the_first_house() -> set[str]:
    """Return the logical ids of all that the first house has."""
    found = read_assembly(_FIRST_HOUSE / "assembly")[_NAME]
    return {each.logical_id for each in found.resources()}


def test_no_job_starts_or_stops(deployment: Deployment) -> None:
    assert deployment.after.jobs == deployment.before.jobs
    acts = {act for act in deployment.acts if act.startswith("sagemaker:")}
    # CHANGELOG.md says that the workforce loses its tags.
    assert acts <= {"sagemaker:DeleteTags"}


def test_no_label_is_asked_again(deployment: Deployment) -> None:
    assert deployment.after.tasks == deployment.before.tasks
    assert deployment.after.files == deployment.before.files


def test_nobody_is_invited_moved_or_written_to(deployment: Deployment) -> None:
    before, after = deployment.before, deployment.after

    assert len(before.people) == 3
    assert after.people == before.people
    assert after.mails == before.mails
    acts = [act for act in deployment.acts if act.startswith(("cognito-idp:", "ses:", "sns:"))]
    assert acts == []


def test_the_outputs_stay(deployment: Deployment) -> None:
    for stack, outputs in deployment.before.outputs.items():
        assert _changed(outputs, deployment.after.outputs[stack]) == {}


def test_the_job_that_was_half_labeled_gets_the_rest_and_no_label_twice(
    house: House, finished: str
) -> None:
    found = {line.object_key: (line.text, line.label) for line in _labels(house)}
    who = who_labeled(
        house.aws.client("s3"),
        house.aws.client("cognito-idp"),
        house.outputs["EvenOddOutputManifestUri"],
    )

    assert finished == "Completed"
    assert found == {key: (text, even_or_odd(text)) for key, text in _TEXTS.items()}
    assert sorted(email for each in who.values() for email in each) == [
        *["ana@example.com"] * 4,
        *["bo@example.com"] * 2,
    ]


@pytest.mark.usefixtures("finished")
def test_what_the_first_house_has_deployed_is_destroyed_by_this_tree(house: House) -> None:
    # Its functions, too: they stop jobs that the first house's have started.
    house.this_tree.run("deploy", f"{_NAME}/*", "--require-approval=never")

    house.this_tree.destroy()

    assert inventory(house.aws.client) == house.empty
    sagemaker = house.aws.client("sagemaker")
    cars = sagemaker.describe_labeling_job(LabelingJobName=house.outputs["CarsJobName"])
    assert cars["LabelingJobStatus"] == "Stopped"
