"""Says in a person's words what a change of a labeling job's properties is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.plan.property_words import leaves, words_of
from cli.plan.references import References, is_new
from cli.plan.tags import tag_changes
from ground_truth.catalogue.prices import task_of
from ground_truth.durations import duration_text

_CONFIG: Final = ("Request", "HumanTaskConfig")
#: What follows from other members, or has words of its own.
SAID_OTHERWISE: Final = frozenset(
    {
        ("Files", "Prefix"),
        ("Files", "WorkerTemplate"),
        ("Files", "LabelCategories"),
        ("Files", "LabelCategories", "instructions"),
        ("Files", "LabelCategories", "labels"),
    }
)
#: What follows from the task, and so does not tell more than that it is another one.
_OF_TASK: Final = frozenset(
    {
        (*_CONFIG, "PreHumanTaskLambdaArn"),
        (*_CONFIG, "AnnotationConsolidationConfig"),
        (*_CONFIG, "UiConfig"),
        ("Input", "Extensions"),
        ("Input", "Kind"),
        ("Input", "MaximumBytes"),
        ("Input", "MaximumCharacters"),
        ("Input", "MaximumFrames"),
        ("Input", "MaximumObjects"),
    }
)
#: The page's own heading, which is the description.
_HEADER: Final = re.compile(r'\bheader="[^"]*"')
_LONGEST: Final = 80
#: Labels with another number that are listed.
_LISTED: Final = 3


def job_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], references: References, stack: str
) -> list[str]:
    """Return what changed, the labels first; `new` has marks at what follows from replacements."""
    found = list(_labels(old, new))
    tasks = task_of(old), task_of(new)
    is_other_task = tasks[0] != tasks[1] or _form(old) != _form(new)
    if is_other_task:
        found.append(f"task {_form(old)} → {_form(new)}")
    said = SAID_OTHERWISE | (_OF_TASK if is_other_task else frozenset())
    if old.get("Input", {}).get("Split") != new.get("Input", {}).get("Split"):
        said |= {("Input", "Extensions")}
    for path, before, after in leaves(old, new):
        if path == ("Tags",):
            found += tag_changes(before, after)
        elif path[:3] not in said:
            found.append(_changed(path, before, after, references, stack))
    return [*dict.fromkeys([*found, *_page(old, new)])]


def _labels(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = _categories(old), _categories(new)
    removed = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    for what, names in (("removed", removed), ("added", added)):
        if names:
            listed = ", ".join(f"'{name}'" for name in names)
            yield f"label{'s' if len(names) > 1 else ''} {listed} {what}"
    if not removed and not added:
        if list(before) != list(after):
            yield "labels in another order"
        yield from (f"label '{name}' changed" for name in after if before[name] != after[name])
    yield from _class_numbers(list(before), list(after))


def _class_numbers(before: list[str], after: list[str]) -> Iterator[str]:
    """Say which labels get another number: labels of earlier runs keep the one that they had."""
    moved = [
        f"'{name}' {before.index(name)} → {after.index(name)}"
        for name in after
        if name in before and before.index(name) != after.index(name)
    ]
    if moved:
        listed = ", ".join([*moved[:_LISTED], *(["…"] if len(moved) > _LISTED else [])])
        yield f"class numbers are others than in earlier runs: {listed}; go by the names"


def _categories(properties: Mapping[str, Any]) -> dict[str, Any]:
    content = properties.get("Files", {}).get("LabelCategories", {})
    return {each["label"]: each for each in content.get("labels", [])}


def _page(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say how much of what workers read is another text, but for the description in it."""
    changed = _lines(old), _lines(new)
    if changed[0] == changed[1]:
        return []
    matcher = difflib.SequenceMatcher(a=changed[0], b=changed[1], autojunk=False)
    steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    added = sum(end - start for *_, start, end in steps)
    removed = sum(end - start for _, start, end, *_ in steps)
    what = "template" if task_of(new) == "custom" else "instructions"
    return [f"{what}: +{added} -{removed} lines of what workers read"]


def _lines(properties: Mapping[str, Any]) -> list[str]:
    files = properties.get("Files", {})
    told = files.get("LabelCategories", {}).get("instructions", {})
    text = "\n".join([str(files.get("WorkerTemplate", "")), *map(str, told.values())])
    return _HEADER.sub("header", text).splitlines()


def _form(properties: Mapping[str, Any]) -> str:
    arn = properties.get("Request", {}).get("HumanTaskConfig", {}).get("PreHumanTaskLambdaArn")
    form = next((word for word in ("Verification", "Adjustment") if f"-{word}" in str(arn)), "")
    return " ".join(part for part in (form.lower(), task_of(properties) or "unknown") if part)


def _changed(path: tuple[str, ...], old: Any, new: Any, references: References, stack: str) -> str:
    words = words_of("Custom::LabelingJob", path) or ".".join(path)
    if is_new(new):
        return f"{words}: {references.text(new, stack)} is replaced"
    before, after = (_value(path, each, references, stack) for each in (old, new))
    if len(before) + len(after) > _LONGEST:
        return f"{words} changed"
    if old is None:
        return f"{words}: {after}"
    if new is None:
        return f"{words} {before} removed"
    return f"{words} {before} → {after}"


def _value(path: tuple[str, ...], value: Any, references: References, stack: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if path[-1:] == ("WorkteamArn",):
        return references.text(value, stack).rpartition("/")[2]
    if path[-1].endswith("Seconds"):
        return duration_text(value) if isinstance(value, int) else str(value)
    text = references.text(value, stack)
    return f"'{text}'" if " " in text and isinstance(value, str) else text
