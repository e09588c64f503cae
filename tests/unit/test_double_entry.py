"""What is known of Ground Truth stands twice, and both entries say the same.

`ground_truth/` and `lambda/` have what the product promises, `local/` has what the service that
plays AWS accepts. Each is written from AWS's documents, so an error in one of them shows here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest

from dataset.limits import MAXIMUM_LINE, MAXIMUM_VALUE
from ground_truth.catalogue.data_kinds import TEXT
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import CUSTOM, FEWEST_AUTOMATED, TASK_TYPES, TaskType
from ground_truth.config import workforce
from ground_truth.validators import labels, names_and_limits, people
from labeling_job.manifest.point_clouds import frame_problems
from local.ground_truth.answers import label_files, manifests
from local.ground_truth.answers import task_types as played_types
from local.ground_truth.answers.label_attributes import read_attributes
from local.ground_truth.answers.point_cloud_frames import check_frame
from local.ground_truth.api import automation, job_rules, portal_network, workteams
from local.ground_truth.api.documented_arns import algorithm_arns, function_arns, interface_arns
from local.ground_truth.api.request_model import check_request
from local.ground_truth.errors import AwsError
from tests.unit.local.local_cloud import Account, attributed, classes

#: What is known, by its name.
Facts = Mapping[str, Any]
_DAY: Final = 86_400


@dataclass(frozen=True, kw_only=True)
class _Difference:
    """Facts, by a pattern of their names, that differ for a reason."""

    names: str
    ours: Any
    played: Any
    reason: str


_DIFFERENCES: Final = (
    *(
        _Difference(
            names=f"{kind}-*/*: longest task",
            ours=7 * _DAY,
            played=30 * _DAY,
            reason="the guide says 7 days, the API 30: the file allows what is in both",
        )
        for kind in ("video-object", "point-cloud")
    ),
    _Difference(
        names="*/verify: fewest labels",
        ours=2,
        played=1,
        reason="a single verdict asks nothing; no document demands two",
    ),
    *(
        _Difference(
            names=f"label attribute {name!r} is free",
            ours=False,
            played=True,
            reason="the manifests that the function writes have this key themselves",
        )
        for name in ("object", "line", "row")
    ),
    *(
        _Difference(
            names=f"Region {name}",
            ours=account,
            played=None,
            reason="known from public code of AWS Labs, not from the API's documentation",
        )
        for name, account in (("us-iso-east-1", "403361949736"), ("us-isob-east-1", "492044955883"))
    ),
    _Difference(
        names="most tags of a job",
        ours=45,
        played=50,
        reason="room for the tags that say which resource a job belongs to",
    ),
)


def _is_accepted(check: Callable[..., object], *arguments: object) -> bool:
    try:
        check(*arguments)
    except (ValueError, AwsError):
        return False
    return True


def _most(check: Callable[[int], object], top: int = 10_000) -> int:
    """Return the greatest number below `top` that is accepted, by halving."""
    low, high = 0, top
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_accepted(check, middle) else (low, middle)
    return low


def _least(check: Callable[[int], object], top: int) -> int:
    """Return the smallest number that is accepted, as `top` is."""
    return top - _most(lambda less: check(top - less), top + 1)


# --- task types


def _purposes(task_type: TaskType) -> Iterator[tuple[str, TaskType]]:
    for purpose, each in (
        ("label", task_type),
        ("verify", task_type.verification),
        ("adjust", task_type.adjustment),
    ):
        if each is not None:
            yield purpose, each


def _function(task_type: TaskType) -> str:
    return task_type.function or played_types.CUSTOM.name


def _of_our_type(task_type: TaskType, purpose: str) -> Facts:
    data = task_type.data
    has_attributes = task_type.label_file == "attributes"
    return {
        "interface": task_type.interface,
        "element": (task_type.element, task_type.element_name),
        "labels are files": task_type.attribute_is_reference,
        "is a review": purpose != "label",
        "asks for verdicts": task_type.choices_are_verdicts,
        "label file": task_type.label_file,
        "fewest labels": task_type.minimum_labels,
        "most labels": task_type.maximum_labels,
        "longest label": task_type.maximum_label_length,
        "labels have attributes": task_type.label_attributes if has_attributes else None,
        "tools": set(task_type.annotations),
        "most objects": task_type.maximum_objects,
        "longest task": task_type.maximum_task_seconds,
        "algorithm": task_type.algorithm,
        "most labels of the algorithm": task_type.algorithm and task_type.maximum_labels_automated,
        "manifest key": None
        if task_type is CUSTOM
        else "source-ref"
        if data.maximum_characters is None
        else "source",
        "CORS methods": set(data.cors.methods if data.cors else ()),
        "most frames": data.maximum_frames,
        "most bytes": data.maximum_bytes,
    }


def _of_played_type(task_type: played_types.TaskType) -> Facts:
    labeling, data = task_type.labeling, task_type.labeling.data
    dialects: Mapping[Any, str] = {
        label_files.read_classes: "classes",
        label_files.read_entities: "entities",
    }
    dialect = dialects.get(labeling.read_labels, "attributes")

    def reads(name: str, **more: Any) -> bool:
        content = attributed(name) if dialect == "attributes" else classes(name)
        if dialect == "entities":
            content["instructions"] = {"shortInstruction": "a", "fullInstruction": "b"}
        body = json.dumps({**content, **more}).encode()
        return _is_accepted(labeling.read_labels, body)

    def read(length: int) -> None:
        if not reads("a" * length):
            raise ValueError(length)

    tools = ("BoundingBox", "Cuboid", "Keypoint", "Polygon", "Polyline")
    note = {"name": "note", "type": "string"}
    has_attributes = dialect == "attributes"
    return {
        "interface": task_type.interface,
        "element": (labeling.form and labeling.form.element, labeling.form and labeling.form.name),
        "labels are files": task_type.reference,
        "is a review": labeling.is_review,
        "asks for verdicts": not labeling.keeps_labels,
        "label file": dialect,
        "fewest labels": labeling.minimum_labels,
        "most labels": labeling.maximum_labels,
        "longest label": _most(read),
        "labels have attributes": reads("a", categoryGlobalAttributes=[note])
        if has_attributes
        else None,
        "tools": {
            re.sub(r"(?<=[a-z])(?=[A-Z])", "-", tool).lower()
            for tool in tools
            if has_attributes and reads("a", annotationType=tool)
        },
        "most objects": labeling.maximum_objects,
        "longest task": task_type.longest,
        "algorithm": task_type.algorithm,
        "most labels of the algorithm": automation.MAXIMUM_LABELS.get(task_type.algorithm or ""),
        "manifest key": data.source,
        "CORS methods": set(data.cors),
        "most frames": data.maximum_frames,
        "most bytes": data.maximum_bytes,
    }


# --- all else


def _our_limits() -> Facts:
    text = TASK_TYPES["text-classification"]
    limits = names_and_limits
    return {
        "most work teams": workforce._MOST_TEAMS,
        "most CIDR ranges": _most(lambda n: people.cidrs(("192.0.2.0/24",) * n)),
        "most characters of a manifest line": MAXIMUM_LINE,
        "most characters of a manifest value": MAXIMUM_VALUE,
        "most characters of a text": TEXT.maximum_characters,
        "fewest objects of automated labeling": FEWEST_AUTOMATED,
        "most attributes of a label": labels.MOST_ATTRIBUTES,
        "most free texts of a label": labels.MOST_FREE_TEXTS,
        "longest name of an attribute": labels.LONGEST_NAME,
        "longest description of an attribute": labels.LONGEST_DESCRIPTION,
        "most choices of an attribute": labels.MOST_CHOICES,
        "longest short instruction of frames": labels.LONGEST_SHORT_INSTRUCTION,
        "longest full instruction of frames": labels.LONGEST_FULL_INSTRUCTION,
        "shortest task": _least(lambda n: limits.task_time_limit(n, text), 1_000),
        "shortest availability": _least(limits.task_availability, 1_000),
        "longest availability": _most(limits.task_availability, 100 * _DAY),
        "most workers of an object": _most(limits.workers_per_object),
        "most objects at once": _most(limits.max_concurrent_tasks),
        "most percent of all objects": _most(limits.percentage),
        "longest title": _most(lambda n: limits.task_title("a" * n)),
        "longest description": _most(lambda n: limits.task_description("a" * n)),
        "most keywords": _most(lambda n: limits.keywords(("a",) * n)),
        "longest keyword": _most(lambda n: limits.keywords(("a" * n,))),
        "most tags of a job": _most(
            lambda n: limits.number_of_tags({str(i): "" for i in range(n)})
        ),
        "longest label attribute": _most(lambda n: limits.label_attribute("a" * n, text)),
        **{
            f"label attribute {name!r} is free": _is_accepted(limits.label_attribute, name, text)
            for name in _LABEL_ATTRIBUTES
        },
        **{f"Region {name}": each.function_account for name, each in REGIONS.items()},
        "account of interfaces": {each.interface_account for each in REGIONS.values()} - {None},
        "account of algorithms": {each.algorithm_account for each in REGIONS.values()} - {None},
        **_of_point_clouds(lambda frame: not list(frame_problems(frame, "frame", ("s3://",)))),
    }


def _played_limits() -> Facts:
    text = played_types.TASK_TYPES["TextMultiClass"]
    account = Account()
    base = account.request("TextMultiClass", [{"source": "a"}], classes("a", "b"))

    def request(**changes: Any) -> None:
        check_request("CreateLabelingJob", {**base, **changes})

    def task(**changes: Any) -> None:
        request(HumanTaskConfig={**base["HumanTaskConfig"], **changes})
        job_rules.check_times({**base["HumanTaskConfig"], **changes}, text)

    def attributes(count: int, **more: Any) -> None:
        number = {"type": "number", "minimum": 0, "maximum": 1}
        read_attributes([{"name": f"{i}", **(more or number)} for i in range(count)], "labels")

    def attribute(**more: Any) -> None:
        read_attributes([{"name": "note", "type": "string", **more}], "labels")

    def instructions(short: int, full: int) -> None:
        texts = {"shortInstruction": "a" * short, "fullInstruction": "a" * full}
        reader = played_types.TASK_TYPES["VideoObjectDetection"].labeling.read_labels
        reader(json.dumps(attributed("a", instructions=texts)).encode())

    def label_attribute(name: str) -> None:
        request(LabelAttributeName=name)
        job_rules.check_attribute(name, text)

    def cidrs(count: int) -> None:
        ranges = ["192.0.2.0/24"] * count
        portal_network.changed({}, {"SourceIpConfig": {"Cidrs": ranges}})

    return {
        "most work teams": workteams.MAXIMUM,
        "most CIDR ranges": _most(cidrs),
        "most characters of a manifest line": manifests.MAXIMUM_LINE,
        "most characters of a manifest value": manifests.MAXIMUM_VALUE,
        "most characters of a text": manifests.MAXIMUM_VALUE,
        "fewest objects of automated labeling": automation.MINIMUM_OBJECTS,
        "most attributes of a label": _most(attributes),
        "most free texts of a label": _most(lambda n: attributes(n, type="string")),
        "longest name of an attribute": _most(lambda n: attribute(name="a" * n)),
        "longest description of an attribute": _most(lambda n: attribute(description="a" * n)),
        "most choices of an attribute": _most(lambda n: attribute(enum=["a"] * n)),
        "longest short instruction of frames": _most(lambda n: instructions(n, 1)),
        "longest full instruction of frames": _most(lambda n: instructions(1, n)),
        "shortest task": _least(lambda n: task(TaskTimeLimitInSeconds=n), 1_000),
        "shortest availability": _least(lambda n: task(TaskAvailabilityLifetimeInSeconds=n), 1_000),
        "longest availability": _most(
            lambda n: task(TaskAvailabilityLifetimeInSeconds=n), 100 * _DAY
        ),
        "most workers of an object": _most(lambda n: task(NumberOfHumanWorkersPerDataObject=n)),
        "most objects at once": _most(lambda n: task(MaxConcurrentTaskCount=n)),
        "most percent of all objects": _most(
            lambda n: request(StoppingConditions={"MaxPercentageOfInputDatasetLabeled": n})
        ),
        "longest title": _most(lambda n: task(TaskTitle="a" * n)),
        "longest description": _most(lambda n: task(TaskDescription="a" * n)),
        "most keywords": _most(lambda n: task(TaskKeywords=["a"] * n)),
        "longest keyword": _most(lambda n: task(TaskKeywords=["a" * n])),
        "most tags of a job": _most(
            lambda n: request(Tags=[{"Key": str(i), "Value": ""} for i in range(n)])
        ),
        "longest label attribute": _most(lambda n: label_attribute("a" * n)),
        **{
            f"label attribute {name!r} is free": _is_accepted(label_attribute, name)
            for name in _LABEL_ATTRIBUTES
        },
        **{
            f"Region {arn.split(':')[3]}": arn.split(":")[4]
            for prefix in ("PRE", "ACS")
            for arn in function_arns(prefix)
        },
        "account of interfaces": _accounts(interface_arns("us-east-1")),
        "account of algorithms": _accounts(algorithm_arns("us-east-1")),
        **_of_point_clouds(lambda frame: _is_accepted(check_frame, frame, "the frame")),
    }


_LABEL_ATTRIBUTES: Final = (
    *("label", "label-metadata", "label-ref", "line", "metadata", "object", "ref", "row"),
    *("source", "source-ref"),
)


def _accounts(arns: Mapping[str, str]) -> set[str]:
    return {arn.split(":")[4] for arn in arns.values()}


def _of_point_clouds(is_good: Callable[[Facts], bool]) -> Facts:
    position, heading = dict.fromkeys("xyz", 0), dict.fromkeys(("qx", "qy", "qz", "qw"), 0)
    pose = {"position": position, "heading": heading}
    numbers = dict.fromkeys(("unix-timestamp", "fx", "fy", "cx", "cy"), 1)
    image = {"image-path": "a.png", **numbers, **pose}

    def frame(**more: Any) -> bool:
        return is_good({"unix-timestamp": 1, **more})

    def images(count: int) -> None:
        if not frame(images=[image] * count):
            raise ValueError(count)

    def needed(content: Facts, good: Callable[[Facts], bool]) -> set[str]:
        return {name for name in content if not good({k: content[k] for k in content if k != name})}

    values = ("xyz", "xyzi", "xyzrgb", "xyzirgb", "rgb", "xyzrgbi")
    lenses = ("k1", "k2", "k3", "k4", "k5", "p1", "p2", "skew")
    models = ("pinhole", "fisheye", "equirectangular")
    formats = [f"{kind}/{each}" for kind in ("binary", "text", "pcd") for each in values]
    return {
        "formats of point clouds": {each for each in formats if frame(format=each)},
        "most images of a point cloud": _most(images, 100),
        "camera models": {
            each for each in models if frame(images=[{**image, "camera-model": each}])
        },
        "distortion that must be a number": {
            each for each in lenses if not frame(images=[{**image, each: "1"}])
        },
        "what an image must have": needed(image, lambda each: frame(images=[each])),
        "what a pose must have": needed(pose, lambda each: frame(**{"ego-vehicle-pose": each})),
        "what a position must have": needed(
            position, lambda each: frame(**{"ego-vehicle-pose": {**pose, "position": each}})
        ),
        "what a heading must have": needed(
            heading, lambda each: frame(**{"ego-vehicle-pose": {**pose, "heading": each}})
        ),
        "a point cloud needs a time": not is_good({}),
    }


# --- the comparison

_ALL: Final = {
    f"{name}/{purpose}": (purpose, each)
    for name, task_type in TASK_TYPES.items()
    for purpose, each in _purposes(task_type)
}


def _named(which: str, facts: Facts) -> Facts:
    return {f"{which}: {name}": value for name, value in facts.items()}


@pytest.fixture(scope="module")
def ours() -> Facts:
    facts: dict[str, Any] = {**_our_limits(), "functions": {_function(t) for _, t in _ALL.values()}}
    for which, (purpose, each) in _ALL.items():
        facts |= _named(which, _of_our_type(each, purpose))
    return facts


@pytest.fixture(scope="module")
def played() -> Facts:
    facts: dict[str, Any] = {**_played_limits(), "functions": set(played_types.TASK_TYPES)}
    for which, (_, each) in _ALL.items():
        facts |= _named(which, _of_played_type(played_types.TASK_TYPES[_function(each)]))
    return facts


def _unlisted(ours: Facts, played: Facts, differences: Iterable[_Difference]) -> dict[str, Any]:
    """Return the facts that differ, and not in the way that is listed."""
    return {
        name: (ours.get(name), played.get(name))
        for name in ours.keys() | played.keys()
        if ours.get(name) != played.get(name)
        and not any(_is_of(each, name, ours, played) for each in differences)
    }


def _idle(ours: Facts, played: Facts, differences: Iterable[_Difference]) -> list[str]:
    """Return the listed differences that are none."""
    return [
        each.names
        for each in differences
        if not any(_is_of(each, name, ours, played) for name in ours.keys() | played.keys())
    ]


def _is_of(difference: _Difference, name: str, ours: Facts, played: Facts) -> bool:
    values = (ours.get(name), played.get(name))
    return fnmatchcase(name, difference.names) and values == (difference.ours, difference.played)


def test_both_entries_say_the_same_but_for_what_is_listed(ours: Facts, played: Facts) -> None:
    assert _unlisted(ours, played, _DIFFERENCES) == {}


def test_each_listed_difference_is_one(ours: Facts, played: Facts) -> None:
    assert _idle(ours, played, _DIFFERENCES) == []


@pytest.mark.parametrize(
    "name",
    ["bounding-box/adjust: most labels", "functions", "Region eu-west-1", "longest title"],
)
def test_another_difference_is_found(ours: Facts, played: Facts, name: str) -> None:
    assert list(_unlisted({**ours, name: "another"}, played, _DIFFERENCES)) == [name]
    assert list(_unlisted(ours, {**played, name: "another"}, _DIFFERENCES)) == [name]


@pytest.mark.parametrize("difference", _DIFFERENCES, ids=lambda each: str(each.names))
def test_a_difference_that_is_gone_or_another_one_is_found(
    ours: Facts, played: Facts, difference: _Difference
) -> None:
    names = [name for name in ours if _is_of(difference, name, ours, played)]

    assert _idle({**ours, **dict.fromkeys(names, difference.played)}, played, [difference])
    assert _unlisted({**ours, **dict.fromkeys(names, "another")}, played, _DIFFERENCES)
