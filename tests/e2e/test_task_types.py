"""Jobs of many task types from the environment file to their output manifests, on local AWS."""

import base64
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ground_truth.config import load
from local.walkthrough import wait_for_end
from local.worker import Task
from tests.assembly import synthesise
from tests.e2e.target import Target, local_target

_FILE = Path(__file__).parent / "environments" / "local.yaml"
_RED = (255, 0, 0)
_SIZE = (40, 30)


def _png(width: int = _SIZE[0], height: int = _SIZE[1]) -> bytes:
    """Return a red picture."""
    rows = (b"\x00" + bytes(_RED) * width) * height
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


_OBJECTS: Mapping[str, bytes] = {
    "Animals/a/1.png": _png(),
    "Animals/b/1.png": _png(),
    "Animals/drafts/2.png": _png(),
    "Animals/empty.png": b"",
    "Animals/notes.txt": b"no picture",
    "Streets/one street.png": _png(),
    "Tables/reviews.csv": b'id,review\n1,"Ana met Bo, in Rome"\n2,Cleo stayed at home\n',
    "Frames/ride/frame01.png": _png(),
    "Frames/ride/frame02.png": _png(),
    "My receipts/ä+1%.png": _png(),
}
_IMAGE = {"width": _SIZE[0], "height": _SIZE[1]}
_BOX = {"label": "Car", "left": 4, "top": 5, "width": 10, "height": 12}


def _animal(task: Task) -> dict[str, Any]:
    return {"crowd-image-classifier": {"label": task.input["labels"][1]}}


def _car(_task: Task) -> dict[str, Any]:
    return {"boundingBox": {"boundingBoxes": [_BOX], "inputImageProperties": _IMAGE}}


def _street(_task: Task) -> dict[str, Any]:
    mask = base64.b64encode(_png()).decode()
    return {
        "crowd-semantic-segmentation": {
            "labeledImage": {"pngImageData": mask},
            "labelMappings": {"Road": {"color": "#ff0000"}},
            "inputImageProperties": _IMAGE,
        }
    }


def _name(task: Task) -> dict[str, Any]:
    end = task.input["taskObject"].index(" ")
    entity = {"label": "Person", "startOffset": 0, "endOffset": end}
    return {"crowd-entity-annotation": {"entities": [entity]}}


def _frame(_task: Task) -> dict[str, Any]:
    box = {key: value for key, value in _BOX.items() if key != "label"}
    annotations = [{**box, "class-id": "0", "label-category-attributes": {}}]
    attributes = {"clear": "yes"}
    return {
        "detection-annotations": [
            {"annotations": annotations, "frame-no": "1", "frame-attributes": attributes},
            {"annotations": [], "frame-no": "2", "frame-attributes": attributes},
        ]
    }


def _receipt(_task: Task) -> dict[str, Any]:
    return {"total": "12.30", "date": "2026-10-31", "currency": "EUR"}


def _verdict(_task: Task) -> dict[str, Any]:
    return {"crowd-image-classifier": {"label": "Bad", "workerComment": "The bus lacks a box."}}


_ANSWERS: Mapping[str, Callable[[Task], dict[str, Any]]] = {
    "animals": _animal,
    "cars": _car,
    "cars-checked": _verdict,
    "streets": _street,
    "names": _name,
    "frames": _frame,
    "receipts": _receipt,
}


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """The stacks after all that was open has been labeled."""

    target: Target
    outputs: Mapping[str, str]
    #: What a worker saw first of each job, by its key.
    seen: Mapping[str, Task]

    def output(self, key: str, name: str) -> str:
        """Return an output of the job `key`."""
        return self.outputs["".join(word.capitalize() for word in key.split("-")) + name]

    def read(self, uri: str) -> bytes:
        """Return an S3 object's content."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body: bytes = self.target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def lines(self, key: str, manifest: str = "OutputManifestUri") -> list[dict[str, Any]]:
        """Return the lines of a manifest of the job `key`."""
        return [json.loads(line) for line in self.read(self.output(key, manifest)).splitlines()]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with local_target(tmp_path_factory.mktemp("task-types"), load(_FILE)) as target:
        yield target


@pytest.fixture(scope="module")
def labeled(target: Target) -> Labeled:
    outputs = target.cdk.deploy("Data", "Workforce")
    for key, body in _OBJECTS.items():
        target.client("s3").put_object(Bucket=outputs["InputBucketName"], Key=key, Body=body)
    return _label(target, outputs | target.cdk.deploy("Labeling"))


@pytest.fixture(scope="module")
def reviewed(labeled: Labeled, tmp_path_factory: pytest.TempPathFactory) -> Labeled:
    environment = labeled.target.environment
    jobs = {
        key: job.model_copy(update={"revision": 2}) if job.reviewed else job
        for key, job in environment.jobs.items()
    }
    again = environment.model_copy(update={"jobs": jobs})
    assembly = synthesise([again], tmp_path_factory.mktemp("reviewed"))
    cdk = replace(labeled.target.cdk, app=str(assembly))
    return _label(replace(labeled.target, cdk=cdk), {**labeled.outputs, **cdk.deploy("Labeling")})


def _label(target: Target, outputs: dict[str, str]) -> Labeled:
    """Let both workers answer all that is open, and wait for the ends of all jobs."""
    seen: dict[str, Task] = {}
    for worker in target.workers:
        while tasks := worker.tasks():
            for task in tasks:
                key = _key(task)
                seen.setdefault(key, task)
                worker.answer(task, _ANSWERS[key](task))
    for name, job in outputs.items():
        if name.endswith("JobName") and job != "none":
            assert wait_for_end(target.client("sagemaker"), job, seconds=60) == "Completed", job
    return Labeled(target=target, outputs=outputs, seen=seen)


def _attribute(page: str, name: str) -> str:
    """Return an attribute's value, of the only element that has it."""
    found: list[str] = []

    class Page(HTMLParser):
        def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for key, value in attrs if key == name)

    Page().feed(page)
    (value,) = found
    return value


def _key(task: Task) -> str:
    name = task.job_name.removeprefix("local-")
    return max((key for key in _ANSWERS if name.startswith(f"{key}-")), key=len)


def test_two_workers_classify_each_image(labeled: Labeled) -> None:
    lines = labeled.lines("animals")

    metadata = [line["animals-metadata"] for line in lines]
    assert [int(line["animals"]) for line in lines] == [1, 1]
    assert {each["class-name"] for each in metadata} == {'<b>"Dog"</b>'}
    assert {each["confidence"] for each in metadata} == {1.0}
    assert {each["type"] for each in metadata} == {"groundtruth/image-classification"}
    assert [line["source-ref"].rsplit("/", 2)[1:] for line in lines] == [
        ["a", "1.png"],
        ["b", "1.png"],
    ]


def test_labels_with_markup_braces_and_emoji_arrive_as_text(labeled: Labeled) -> None:
    page = labeled.seen["animals"].html

    labels = ["Cat", '<b>"Dog"</b>', "{{ x }} 🐎"]
    assert json.loads(_attribute(page, "categories")) == labels
    assert "<strong>larger</strong>" in page
    assert "<code>&#123;&#123; labels &#125;&#125;</code>" in page


def test_what_can_t_be_labeled_is_counted_and_reported(labeled: Labeled) -> None:
    report = labeled.read(labeled.output("animals", "ReportUri")).decode().splitlines()

    reasons = {
        entry["object"].rsplit("/", 1)[1]: entry["reason"] for entry in map(json.loads, report)
    }
    assert reasons.keys() == {"empty.png", "notes.txt"}
    assert reasons["empty.png"] == "empty"
    assert labeled.output("animals", "ObjectCount") == "2"
    assert "left out 3" in labeled.output("animals", "Summary")


def test_a_worker_draws_a_box(labeled: Labeled) -> None:
    (line,) = labeled.lines("cars")

    (box,) = line["cars"]["annotations"]
    assert box == {"class_id": 0, "left": 4, "top": 5, "width": 10, "height": 12}
    assert line["cars-metadata"]["class-map"] == {"0": "Car"}
    assert line["cars-metadata"]["type"] == "groundtruth/object-detection"


def test_a_worker_paints_a_mask(labeled: Labeled) -> None:
    (line,) = labeled.lines("streets")

    colors = line["streets-ref-metadata"]["internal-color-map"]
    assert [color["class-name"] for color in colors.values()] == ["BACKGROUND", "Road"]
    assert labeled.read(line["streets-ref"]).startswith(b"\x89PNG")


def test_a_worker_marks_names_in_the_rows_of_a_table(labeled: Labeled) -> None:
    lines = labeled.lines("names")

    assert [line["source"] for line in lines] == ["Ana met Bo, in Rome", "Cleo stayed at home"]
    assert [line["names"]["annotations"]["entities"] for line in lines] == [
        [{"label": "Person", "startOffset": 0, "endOffset": 3}],
        [{"label": "Person", "startOffset": 0, "endOffset": 4}],
    ]
    assert lines[0]["names"]["annotations"]["labels"] == [
        {"label": "Person", "shortDisplayName": "per"},
        {"label": "Place"},
    ]


def test_a_worker_draws_into_the_frames_of_a_folder(labeled: Labeled) -> None:
    (line,) = labeled.lines("frames")

    sequence = json.loads(labeled.read(line["source-ref"]))
    assert [frame["frame"] for frame in sequence["frames"]] == ["frame01.png", "frame02.png"]
    assert sequence["prefix"].endswith("/Frames/ride/")
    found = json.loads(labeled.read(line["frames-ref"]))["detection-annotations"]
    assert found[0]["frame-attributes"] == {"clear": "yes"}
    assert line["frames-ref-metadata"]["class-map"] == {"0": "Car"}


def test_a_custom_task_runs_with_functions_of_its_own(labeled: Labeled) -> None:
    (line,) = labeled.lines("receipts")

    assert line["source-ref"].endswith("/My receipts/ä+1%.png")
    assert line["receipts"]["total"] == {"value": "12.30", "agreement": 1.0}
    page = labeled.seen["receipts"].html
    assert "Currency, such as EUR, USD, JPY" in page
    assert "s3://" not in page


def test_a_review_waits_until_there_is_something_to_review(labeled: Labeled) -> None:
    assert labeled.output("cars-checked", "JobName") == "none"
    assert "cars" in labeled.output("cars-checked", "Summary")


def test_a_review_shows_the_labels_and_takes_a_verdict(reviewed: Labeled) -> None:
    (line,) = reviewed.lines("cars-checked")

    assert line["cars-checked-metadata"]["class-name"] == "Bad"
    assert line["cars-checked-metadata"]["type"] == "groundtruth/label-verification"
    assert line["cars-checked-metadata"]["worker-feedback"] == [{"comment": "The bus lacks a box."}]
    assert line["cars"]["annotations"][0]["width"] == 10
    overlay = _attribute(reviewed.seen["cars-checked"].html, "overlay")
    assert json.loads(overlay)["boundingBox"]["value"] == [_BOX]


def test_a_review_starts_none_of_the_other_jobs_again(reviewed: Labeled) -> None:
    jobs = reviewed.target.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]

    assert len(jobs) == len(_ANSWERS)


def test_destroy_leaves_no_job_running(reviewed: Labeled) -> None:
    reviewed.target.cdk.destroy("Labeling")

    jobs = reviewed.target.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]
    assert {job["LabelingJobStatus"] for job in jobs} == {"Completed"}


def test_everything_is_in_the_region_that_the_file_names(labeled: Labeled) -> None:
    client, region = labeled.target.client, labeled.target.environment.region
    jobs = client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]
    functions = client("lambda").list_functions()["Functions"]
    arns = [job["LabelingJobArn"] for job in jobs] + [each["FunctionArn"] for each in functions]
    place = client("s3").get_bucket_location(Bucket=labeled.outputs["InputBucketName"])

    assert region != "us-east-1"
    assert {arn.split(":")[3] for arn in arns} == {region}
    assert f".labeling.{region}." in labeled.outputs["PortalUrl"]
    assert place["LocationConstraint"] == region
