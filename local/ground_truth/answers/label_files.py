"""Reads label category files: which labels there are and what workers say beside them.

Forms: botocore's documentation of LabelCategoryConfigS3Uri. The dialect of video frames and point
clouds is in `label_attributes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from local.ground_truth.answers.label_attributes import FILE, LabelAttribute, read_attributes

_CLASSES: Final = "2018-11-28"
_ATTRIBUTES: Final = "2020-03-01"
#: https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
_MAXIMUM_LABEL: Final = 256
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html
_MAXIMUM_SHORT_LABEL: Final = 16
_MAXIMUM_SHORT_INSTRUCTION: Final = 254
_MAXIMUM_FULL_INSTRUCTION: Final = 2_047
_MEMBERS: Final = frozenset(
    [
        "annotationType",
        "auditLabelAttributeName",
        "categoryGlobalAttributes",
        "document-version",
        "documentVersion",
        "frameAttributes",
        "instructions",
        "labels",
    ]
)
_LABEL_MEMBERS: Final = frozenset(["attributes", "categoryAttributes", "editsAllowed", "label"])
_LINKED: Final = ("BoundingBox", "Cuboid")


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label category."""

    name: str
    #: Its entry in the file.
    entry: Mapping[str, Any] = field(default_factory=dict)
    #: Its own attributes and those of all labels.
    attributes: tuple[LabelAttribute, ...] = ()
    #: Whether an adjustment may change what has this label.
    editable: bool = True


@dataclass(frozen=True, kw_only=True)
class LabelFile:
    """A label category file; a label's place in it is its class in the output."""

    labels: tuple[Label, ...] = ()
    frame_attributes: tuple[LabelAttribute, ...] = ()
    #: The tool that workers have for video frames.
    annotation_type: str = "BoundingBox"
    #: Whether cuboids in point clouds are linked with boxes in camera images.
    linked: bool = False
    #: The label attribute of the job whose labels are reviewed, for video frames and point clouds.
    audited: str | None = None
    #: HTML by `shortInstruction` and `fullInstruction`.
    instructions: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The labels' names."""
        return [label.name for label in self.labels]

    def find(self, name: str) -> Label:
        """Return the label of that name, which must be one."""
        return next(label for label in self.labels if label.name == name)


def read_classes(body: bytes) -> LabelFile:
    """Read the dialect of images, texts and custom tasks; ValueError says what is wrong."""
    content = _parse(body)
    _check_version(content, ("document-version",), _CLASSES)
    return LabelFile(labels=tuple(_labels(content, _MAXIMUM_LABEL)))


def read_entities(body: bytes) -> LabelFile:
    """Read the dialect of named entities, which needs instructions; ValueError as above.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-named-entity-recg.html
    """
    content = _parse(body)
    _check_version(content, ("document-version",), _CLASSES)
    instructions = content.get("instructions")
    for name in ("shortInstruction", "fullInstruction"):
        text = instructions.get(name) if isinstance(instructions, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise ValueError(
                f"{FILE} has instructions with shortInstruction and fullInstruction for named"
                f" entities, got {instructions!r}"
            )
    labels = tuple(_labels(content, _MAXIMUM_LABEL))
    for label in labels:
        for name in ("shortDisplayName", "fullDisplayName"):
            if not isinstance(label.entry.get(name, ""), str):
                raise ValueError(
                    f"{FILE} has a text as {name} of {label.name!r}, got {label.entry[name]!r}"
                )
    return LabelFile(labels=labels, instructions=content["instructions"])


def read_attributed(
    body: bytes, *, tools: Sequence[str], can_link: bool, has_attributes: bool = True
) -> LabelFile:
    """Read the dialect of video frames and point clouds; ValueError as above.

    Its version is called `documentVersion` in all of AWS's samples but one, which has
    `document-version`. `tools`: what annotationType may be, for video frames. `can_link`: whether
    the task type can link point clouds with images
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-3d-2d-object-tracking.html).
    `has_attributes`: whether workers can say something of single labels, as they can for "object
    tracking and object detection task types".
    """
    content = _parse(body)
    _check_version(content, ("documentVersion", "document-version"), _ATTRIBUTES)
    _check_members(content, _MEMBERS, FILE)
    linked = can_link and "annotationType" in content
    common = read_attributes(content.get("categoryGlobalAttributes", ()), "all labels")
    labels = tuple(_attributed(label, common) for label in _labels(content, _MAXIMUM_SHORT_LABEL))
    _check_unique(labels, common)
    if not has_attributes and any(label.attributes for label in labels):
        raise ValueError(f"{FILE} has attributes of labels for detection and tracking only")
    audited = content.get("auditLabelAttributeName")
    if audited is not None and (not isinstance(audited, str) or not audited):
        raise ValueError(f"{FILE} has a name as auditLabelAttributeName, got {audited!r}")
    return LabelFile(
        labels=labels,
        frame_attributes=read_attributes(content.get("frameAttributes", ()), "frames"),
        annotation_type=_annotation_type(content, tools=tools, linked=linked),
        linked=linked,
        audited=audited,
        instructions=_instructions(content, linked=linked),
    )


def check_count(labels: LabelFile, least: int, most: int | None) -> None:
    """Raise ValueError unless there are as many labels as the task type needs and allows."""
    names = labels.names
    if len(names) < least:
        raise ValueError(f"{FILE} has at least {least} labels, got {len(names)}: {names!r}")
    if most is not None and len(names) > most:
        raise ValueError(f"{FILE} has at most {most} labels for this task type, got {len(names)}")


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise ValueError(f"{FILE} is JSON, got {body[:80]!r}: {error}") from error
    return content if isinstance(content, dict) else {}


def _check_version(content: Mapping[str, Any], spellings: Iterable[str], version: str) -> None:
    found = [content[name] for name in spellings if name in content]
    if found != [version]:
        name = next(iter(spellings))
        raise ValueError(f"{FILE} has the {name} {version}, got {found[0] if found else None!r}")


def _labels(content: Mapping[str, Any], longest: int) -> list[Label]:
    entries = content.get("labels", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValueError(f"{FILE} has a list of objects as labels, got {entries!r}")
    names = [entry.get("label") for entry in entries]
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= longest:
            raise ValueError(f"{FILE} has labels of 1 to {longest} characters, got {name!r}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{FILE} has each label once, got {', '.join(twice)} more often")
    return [Label(name=name, entry=entry) for name, entry in zip(names, entries, strict=True)]


def _attributed(label: Label, common: tuple[LabelAttribute, ...]) -> Label:
    where = f"the label {label.name!r}"
    _check_members(label.entry, _LABEL_MEMBERS, f"{where} of {FILE}")
    edits = label.entry.get("editsAllowed", "any")
    if edits not in ("any", "none"):
        raise ValueError(f"{where} of {FILE} has editsAllowed any or none, got {edits!r}")
    # The sample of linked images has `attributes` where all others have `categoryAttributes`.
    entries = label.entry.get("categoryAttributes", label.entry.get("attributes", ()))
    own = read_attributes(entries, where, among=common)
    return Label(
        name=label.name, entry=label.entry, attributes=(*common, *own), editable=edits == "any"
    )


def _check_unique(labels: Iterable[Label], common: tuple[LabelAttribute, ...]) -> None:
    """Raise ValueError if two labels have an attribute of the same name."""
    owners: dict[str, str] = {}
    for label in labels:
        for attribute in label.attributes[len(common) :]:
            if attribute.name in owners:
                raise ValueError(
                    f"{FILE} has each label category attribute name once, got"
                    f" {attribute.name!r} for {owners[attribute.name]!r} and {label.name!r}"
                )
            owners[attribute.name] = label.name


def _check_members(content: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(content) - known)
    if unknown:
        raise ValueError(f"{where} has only {', '.join(sorted(known))}, got {', '.join(unknown)}")


def _annotation_type(content: Mapping[str, Any], *, tools: Sequence[str], linked: bool) -> str:
    value = content.get("annotationType", "BoundingBox")
    if linked:
        found = [each.get("type") for each in value] if isinstance(value, list) else value
        if not isinstance(found, list) or sorted(found) != sorted(_LINKED):
            raise ValueError(
                f"{FILE} has the annotationType BoundingBox and Cuboid to link point clouds with"
                f" images, got {value!r}"
            )
        return "BoundingBox"
    if not tools and "annotationType" in content:
        raise ValueError(f"{FILE} has an annotationType for video frames only, got {value!r}")
    if tools and value not in tools:
        raise ValueError(f"{FILE} has one of {', '.join(tools)} as annotationType, got {value!r}")
    return str(value)


def _instructions(content: Mapping[str, Any], *, linked: bool) -> Mapping[str, str]:
    """Return the instructions, which the sample of linked images spells `…Introduction`."""
    given = content.get("instructions", {})
    ending = "Introduction" if linked and "shortIntroduction" in given else "Instruction"
    names = {f"short{ending}": "shortInstruction", f"full{ending}": "fullInstruction"}
    if given and (not isinstance(given, dict) or set(given) != set(names)):
        raise ValueError(f"{FILE} has instructions with {' and '.join(names)}, got {given!r}")
    texts = {names[name]: text for name, text in given.items()}
    for name, longest in (
        ("shortInstruction", _MAXIMUM_SHORT_INSTRUCTION),
        ("fullInstruction", _MAXIMUM_FULL_INSTRUCTION),
    ):
        text = texts.get(name, "")
        if not isinstance(text, str) or len(text) > longest:
            got = len(text) if isinstance(text, str) else repr(text)
            raise ValueError(f"{FILE} has a {name} of at most {longest} characters, got {got}")
    return texts
