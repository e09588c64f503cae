"""What an environment that is deployed depends on is as the first house made it.

A contract that must change is written into `changed` of tests/data/first-house/contracts.yaml, with
the words of CHANGELOG.md that say what starts anew, what it costs and why. Nothing writes that
file: what is in `contracts` is the first house's for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import BaseModel

from cli.plan.assembly import AssembledEnvironment, read_assembly
from ground_truth.config import Environment, load, load_all
from ground_truth.config.input import Input
from ground_truth.config.job import Job
from tests.infra import contracts
from tests.infra.contracts import ASSEMBLY, DEPLOYED, FIRST_HOUSE, Value
from tests.infra.job_runs import job_properties
from tests.infra.synthesis import ROOT

_FILE: Final = FIRST_HOUSE / "contracts.yaml"
_KEPT: Final = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_GOLDEN: Final = contracts.golden(_KEPT["contracts"])
#: Contract → its value since then; None where it is gone.
_CHANGED: Final[Mapping[str, Value | None]] = {
    place: value for change in _KEPT["changed"] for place, value in change["contracts"].items()
}
#: A job with all that must be said of it, and nothing else.
_REQUIRED: Final[Mapping[str, Any]] = {
    "task": "text-classification",
    "input": {"prefix": "Input/"},
    "labels": ["Even", "Odd"],
    "title": "Even or odd?",
    "description": "Classify the number as even or odd.",
    "instructions": {"short": "Select 'Even' if the number is divisible by 2."},
    "team": "readers",
}
#: What is said of such a job by its key, its environment and its task, where it is not written.
_FOLLOWING: Final[Mapping[str, Any]] = {"label_attribute": "numbers", "on_change": "replace"}
_FOLLOWING_OF_INPUT: Final[Mapping[str, Any]] = {"split": "file", "when_empty": "fail"}
#: Durations are written with their unit.
_SECONDS: Final = ("task_availability", "task_time_limit")


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Value]:
    """Give the contracts as this tree keeps them."""
    files = load_all(FIRST_HOUSE / "environments")
    files.append(_protected(tmp_path_factory.mktemp("environment")))
    return contracts.contracts(contracts.synthesise(files, tmp_path_factory.mktemp("now")))


def _protected(folder: Path) -> Environment:
    """Return the deployed environment as a protected one: none of the files has a pool to keep."""
    deployed = FIRST_HOUSE / "environments" / f"{DEPLOYED}.yaml"
    content = {**yaml.safe_load(deployed.read_text(encoding="utf-8")), "protected": True}
    file = folder / "protected.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return load(file)


@pytest.mark.parametrize("section", _KEPT["contracts"])
def test_the_contracts_of_the_first_house_are_kept(now: dict[str, Value], section: str) -> None:
    places = [place for place in _GOLDEN if place.startswith(f"{section} / ")]
    broken = list(_broken(places, now)) + list(_names_that_were_given(section, now))

    assert places
    assert not broken, "\n".join(
        [
            f"contracts with what is deployed are broken, which are in {_FILE.relative_to(ROOT)}."
            " Deployed environments would not stay as they are. If that must be, say in"
            " CHANGELOG.md what starts anew, what it costs and why, and put that text with the new"
            " values into `changed`:",
            *broken,
        ]
    )


def _broken(places: list[str], now: Mapping[str, Value]) -> Iterator[str]:
    for place in places:
        wanted = _CHANGED.get(place, _GOLDEN[place])
        if now.get(place) != wanted:
            yield f"  {place}\n    was {_shown(wanted)}\n    is  {_shown(now.get(place))}"


def _names_that_were_given(section: str, now: Mapping[str, Value]) -> Iterator[str]:
    """Yield the names of resources that had none: another name is another resource."""
    for place in now if section == "names" else ():
        resource = place.replace("names / ", "resources / ", 1).rpartition(" / ")[0]
        if resource in _GOLDEN and place not in _GOLDEN and place not in _CHANGED:
            yield f"  {place}\n    was absent\n    is  {_shown(now[place])}"


def _shown(value: Value | None) -> str:
    return "absent" if value is None else repr(value)


def test_a_changed_contract_stands_in_the_changelog() -> None:
    changelog = _words((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    for change in _KEPT["changed"]:
        assert len(_words(change["changelog"]).split()) > 5
        assert _words(change["changelog"]) in changelog


def test_a_changed_contract_is_one_of_the_first_house() -> None:
    assert [
        place for place in _CHANGED if place not in _GOLDEN and not place.startswith("names / ")
    ] == []


def test_the_assembly_of_the_first_house_is_as_it_was() -> None:
    assert contracts.digest(ASSEMBLY) == _KEPT["assembly"]


def test_the_golden_values_are_those_of_the_assembly() -> None:
    # Ids are the functions' to make, of whichever tree.
    in_assembly = {
        place: value
        for place, value in contracts.of_templates(read_assembly(ASSEMBLY)).items()
        if f" / {DEPLOYED} / " in place and not place.startswith("physical ids")
    }

    assert in_assembly
    assert in_assembly.items() <= _GOLDEN.items()


@pytest.fixture(scope="module")
def properties_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Give a function that returns the properties of a job of an environment file."""

    def properties_of(job: Mapping[str, Any]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("job")
        text = (FIRST_HOUSE / "environments" / f"{DEPLOYED}.yaml").read_text(encoding="utf-8")
        content = {**yaml.safe_load(text), "jobs": {"numbers": job}}
        (folder / f"{DEPLOYED}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        synthesised = contracts.synthesise([load(folder / f"{DEPLOYED}.yaml")], folder / "assembly")
        return job_properties(_only(synthesised), "numbers")

    return properties_of


def _only(environments: Mapping[str, AssembledEnvironment]) -> AssembledEnvironment:
    (found,) = environments.values()
    return found


def test_a_job_with_the_required_keys_has_the_properties_that_it_had(
    properties_of: Callable[..., dict[str, Any]],
) -> None:
    names = contracts.property_names(properties_of(_REQUIRED))

    assert sorted(names) == _KEPT["properties of a job with the required keys"]


def test_a_key_that_is_written_with_its_default_adds_nothing(
    properties_of: Callable[..., dict[str, Any]],
) -> None:
    written = {
        **_defaults(Job),
        **_FOLLOWING,
        **_REQUIRED,
        "input": {**_defaults(Input), **_FOLLOWING_OF_INPUT, **_REQUIRED["input"]},
    }

    assert {"relabel", "revision", "stop_on_delete", "workers_per_object"} <= written.keys()
    assert {"order", "seed"} <= written["input"].keys()
    assert properties_of(written) == properties_of(_REQUIRED)


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Return what a file says that writes all defaults but those that are None."""
    found = {}
    for name, field in model.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            default = _defaults(type(default))
        if default is not None:
            found[name] = list(default) if isinstance(default, tuple) else default
            if name in _SECONDS:
                found[name] = f"{default} seconds"
    return found


def _words(text: str) -> str:
    return " ".join(text.split())
