"""Each key says at its field what a change of it does."""

from collections.abc import Mapping
from typing import Annotated

import pytest

from ground_truth.config import Environment, Job
from ground_truth.config.effects import NOWHERE, Effect, effect_of, keys, property_words
from ground_truth.config.section import Section


class _Inner(Section):
    first_one: Annotated[int | None, Effect("new run")] = None
    second: Annotated[int, Effect("in place", "number two", at="Other.Two")] = 2


class _Outer(Section):
    inner: Annotated[_Inner, Effect("as its keys say")] = _Inner()
    named: Annotated[_Inner | None, Effect("new run", "the other", at="Deep.Named")] = None
    items: Annotated[tuple[_Inner, ...], Effect("new run")] = ()
    by_name: Annotated[Mapping[str, _Inner], Effect("another job")]
    untold: Annotated[int, Effect("new run", at=NOWHERE)] = 1


class _Unsaid(Section):
    key: int = 1


def test_every_key_of_a_file_says_what_a_change_of_it_does() -> None:
    missing = []
    for key in keys(Environment):
        try:
            effect_of(key.section, key.name)
        except TypeError as error:
            missing.append(str(error))

    assert missing == []


def test_a_key_that_says_nothing_is_named() -> None:
    (key,) = keys(_Unsaid)

    with pytest.raises(TypeError, match=r"expected an Effect in Annotated at _Unsaid\.key, "):
        effect_of(key.section, key.name)


def test_a_key_has_a_path_and_its_section_comes_once() -> None:
    assert [key.path for key in keys(_Outer)] == [
        "inner",
        "inner.first_one",
        "inner.second",
        "named",
        "items",
        "by_name",
        "untold",
    ]


def test_what_is_in_lists_and_mappings_has_a_path_too() -> None:
    paths = {key.path for key in keys(Environment)}

    assert {
        "workforce.teams.<name>.workers",
        "jobs.<name>.labels[].attributes[].choices",
        "jobs.<name>.auto_label.subnets",
        "jobs.<name>.stop_when.labeled_objects",
    } <= paths


def test_a_property_has_the_words_of_its_key() -> None:
    assert list(property_words(_Outer)) == [
        (("Inner", "FirstOne"), "first one"),
        (("Other", "Two"), "number two"),
        (("Deep", "Named"), "the other"),
        (("Deep", "Named", "FirstOne"), "first one"),
        (("Other", "Two"), "number two"),
        (("Items",), "items"),
        (("ByName",), "by name"),
    ]


def test_two_keys_of_one_property_have_the_same_words() -> None:
    words = list(property_words(Job))

    assert dict(words) == dict(reversed(words))
