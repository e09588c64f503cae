"""Writes `docs/task-types.md` from the catalogue: `python -m docs.task_types`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ground_truth.catalogue.data_kinds import CUSTOM_DATA, FRAME_CORS
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import CUSTOM, FEWEST_AUTOMATED, TASK_TYPES, TaskType
from ground_truth.durations import duration_text
from ground_truth.validators.labels import (
    LONGEST_DESCRIPTION,
    LONGEST_FULL_INSTRUCTION,
    LONGEST_NAME,
    LONGEST_SHORT_INSTRUCTION,
    MOST_ATTRIBUTES,
    MOST_CHOICES,
    MOST_FREE_TEXTS,
)

PAGE: Final = Path(__file__).with_name("task-types.md")
_GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg"

_CORS_OF_OTHERS: Final = "set for you, but for `s3://…` buckets"

#: Job key and the lines that say what is particular about each task.
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "image-classification": ("species", "input: Images/", "labels: [Cat, Dog]"),
    "image-classification-multi-label": ("colours", "input: Images/", "labels: [Red, Blue]"),
    "bounding-box": ("cars", "input: Streets/", "labels: [Car, Bus]"),
    "semantic-segmentation": ("streets", "input: Streets/", "labels: [Road, Building]"),
    "text-classification": (
        "mood",
        "input: {prefix: Texts/, split: line}",
        "labels: [Good, Bad]",
    ),
    "text-classification-multi-label": (
        "topics",
        "input: {prefix: Tables/, column: review}",
        "labels: [Price, Quality]",
    ),
    "named-entity-recognition": (
        "names",
        "input: Texts/",
        "labels: [{name: Person, short_name: per}, Place]",
    ),
    "video-classification": ("clips", "input: Clips/", "labels: [Day, Night]"),
    "video-object-detection": (
        "frames",
        "input: Frames/",
        "labels: [Car, {name: Bus, attributes: [{name: seats, minimum: 2, maximum: 90}]}]",
        "annotation: polygon",
    ),
    "video-object-tracking": (
        "tracks",
        "input: Frames/",
        "labels: [Car, Bus]",
        "attributes: [{name: occluded, choices: [no, partly, fully]}]",
    ),
    "point-cloud-object-detection": (
        "cuboids",
        "input: {manifest: manifests/clouds.jsonl, prefix: Clouds/}",
        "labels: [Car, Bus]",
    ),
    "point-cloud-object-tracking": (
        "routes",
        "input: {manifest: manifests/sequences.jsonl, prefix: Clouds/}",
        "labels: [Car, Bus]",
    ),
    "point-cloud-semantic-segmentation": (
        "surfaces",
        "input: {manifest: manifests/clouds.jsonl, prefix: Clouds/}",
        "labels: [Road, Building]",
        'frame_attributes: [{name: clear, description: "Is it clear?", choices: [yes, no]}]',
    ),
    "custom": (
        "receipts",
        "data: image",
        "input: Receipts/",
        "template: samples/receipts/templates/receipt.html",
        "pre_annotation: samples/receipts/functions/receipt",
    ),
}

_HEAD: Final = Path(__file__).with_name("task-types-head.md")


def page() -> str:
    """Return the whole page."""
    rows = "".join(
        f"| [{each.name}](#{each.name}) | {_yes(each.adjustment is not None)} |"
        f" {_yes(each.algorithm is not None)} |\n"
        for each in TASK_TYPES.values()
    )
    head = _HEAD.read_text(encoding="utf-8").replace("@REGIONS@", _regions())
    table = f"| task | can be reviewed | `auto_label` |\n| --- | --- | --- |\n{rows}"
    return "\n".join([f"{head}{table}", *(_section(each) for each in TASK_TYPES.values())])


def example(name: str) -> str:
    """Return the lines of a job, as they stand below `jobs:`."""
    key, *lines = EXAMPLES[name]
    return "\n".join([f"  {key}:", f"    task: {name}", *(f"    {line}" for line in lines)])


def _regions() -> str:
    known = [name for name, region in REGIONS.items() if region.partition == "aws"]
    others = [name for name in REGIONS if name not in known]
    return (
        f"Regions: {', '.join(known)};\nand {', '.join(others)}, where tasks with a ready user"
        " interface and automated labeling are refused,\nbecause no public document names their"
        " parts there."
    )


def _section(task_type: TaskType) -> str:
    limits = "\n".join(f"| {name} | {value} |" for name, value in _limits(task_type))
    return (
        f"## {task_type.name}\n\n"
        f"{task_type.title} ([AWS's guide]({_GUIDE}/{task_type.page})).\n\n"
        f"```yaml\n{example(task_type.name)}\n```\n\n"
        f"| | |\n| --- | --- |\n{limits}\n"
    )


def _limits(task_type: TaskType) -> Iterator[tuple[str, str]]:
    data = task_type.data
    if task_type is CUSTOM:
        kinds = ", ".join(f"`{name}`" for name in CUSTOM_DATA)
        yield "data", f"{kinds}, or your own manifest"
    else:
        endings = ", ".join(data.extensions)
        yield "data", f"{data.name}{f' ({endings})' if endings else ''}"
    yield "data objects of a job", f"at most {task_type.maximum_objects:,}"
    if data.maximum_bytes is not None:
        yield "size of an object", f"at most {data.maximum_bytes // 1_000_000} MB"
    if data.maximum_characters is not None:
        yield "length of a text", f"at most {data.maximum_characters:,} characters"
    if data.maximum_frames is not None:
        yield "frames of a sequence", f"at most {data.maximum_frames:,}"
    yield "labels", _labels(task_type)
    if task_type.label_file == "attributes":
        yield "attributes", _attributes(task_type)
        yield (
            "instructions",
            f"as HTML and with examples at most {LONGEST_SHORT_INSTRUCTION} characters,"
            f" {LONGEST_FULL_INSTRUCTION:,} in full",
        )
    if task_type.annotations:
        names = ", ".join(f"`{name}`" for name in task_type.annotations)
        yield "`annotation`", f"{names}; without one, the first"
    if task_type.purpose == "label" and task_type is not CUSTOM:
        ending = (
            "ends with `-ref`, which is added" if task_type.attribute_is_reference else "as it is"
        )
        yield "`label_attribute`", ending
    yield "`task_time_limit`", f"30 seconds to {duration_text(task_type.maximum_task_seconds)}"
    yield "`task_availability`", "1 minute to 30 days"
    if task_type.algorithm is not None:
        most = task_type.maximum_labels_automated
        few = f", at most {most} labels" if most else ""
        yield "`auto_label`", f"at least {FEWEST_AUTOMATED:,} data objects{few}"
    if data.cors is FRAME_CORS:
        yield "CORS of both buckets", f"GET, HEAD and PUT from every origin; {_CORS_OF_OTHERS}"
    elif data.cors is not None:
        yield "CORS of the buckets", f"GET from every origin; {_CORS_OF_OTHERS}"
    if task_type is CUSTOM:
        yield (
            "functions",
            "`pre_annotation` and `post_annotation`: an ARN or a folder, both optional",
        )


def _labels(task_type: TaskType) -> str:
    most = task_type.maximum_labels
    number = (
        f"{task_type.minimum_labels} to {most}" if most else f"{task_type.minimum_labels} or more"
    )
    if task_type is CUSTOM:
        number = "none or more"
    return f"{number}, each of at most {task_type.maximum_label_length} characters"


def _attributes(task_type: TaskType) -> str:
    frames = f"at most {MOST_ATTRIBUTES} `frame_attributes`, each with a description"
    each = (
        f"of them at most {MOST_FREE_TEXTS} without choices or numbers; names of at most"
        f" {LONGEST_NAME} characters, descriptions of {LONGEST_DESCRIPTION}, at most"
        f" {MOST_CHOICES} choices of {LONGEST_NAME}"
    )
    if not task_type.label_attributes:
        return f"{frames}; {each}"
    labels = f"at most {MOST_ATTRIBUTES} for a label (`attributes` for all labels included)"
    return f"{labels}, {frames}; {each}"


def _yes(is_so: bool) -> str:  # noqa: FBT001  # a cell of a table
    return "yes" if is_so else "no"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
