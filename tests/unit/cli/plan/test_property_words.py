"""Every property of our own resources has words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cli.plan.job_changes import SAID_OTHERWISE
from cli.plan.property_words import words_of

#: What the stacks of all fixtures have, which test_snapshots.py compares with the templates.
_SNAPSHOTS: Final = Path(__file__).parents[3] / "data" / "snapshots"
_JOB: Final = "Custom::LabelingJob"


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the places of all values, each with those that it stands in."""
    if path:
        yield path
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _paths(each, (*path, name))


def _properties() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for file in _SNAPSHOTS.glob("*/*.yaml"):
        for resource in yaml.safe_load(file.read_text(encoding="utf-8"))["Resources"].values():
            if resource["Type"].startswith("Custom::"):
                paths = set(_paths(resource["Properties"]))
                found.setdefault(resource["Type"], set()).update(paths)
    return found


_PROPERTIES: Final = _properties()


def _is_told(kind: str, path: tuple[str, ...]) -> bool:
    """Say whether a plan has words for a value, or for all that is in it."""
    if words_of(kind, path) or (kind == _JOB and path[:3] in SAID_OTHERWISE):
        return True
    inside = [each for each in _PROPERTIES[kind] if each[:-1] == path]
    return bool(inside) and all(_is_told(kind, each) for each in inside)


@pytest.mark.parametrize("kind", _PROPERTIES)
def test_every_property_has_words(kind: str) -> None:
    assert [
        f"{kind} {'.'.join(path)}: say at its field what a plan calls it, or in property_words.py"
        for path in sorted(_PROPERTIES[kind])
        if not _is_told(kind, path)
    ] == []


def test_a_property_that_nobody_has_named_has_no_words() -> None:
    assert words_of(_JOB, ("Input", "Unheard")) is None
    assert words_of("Custom::Unheard", ("Teams",)) is None
