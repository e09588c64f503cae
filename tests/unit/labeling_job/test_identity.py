"""Ids: the same for the same content of the same resource, and for nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from dataset.names import is_physical_id
from labeling_job.identity import Owner, physical_id
from tests.unit.labeling_job.labeling_job_aws import RESOURCE, STACK, own_id, properties

_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_OWNER = Owner(stack_id=STACK, logical_id=RESOURCE)
_PREFIXES = st.from_regex(r"[a-zA-Z0-9](-{0,3}[a-zA-Z0-9]){0,15}", fullmatch=True).filter(
    lambda prefix: len(prefix) <= 49
)
_VALUES = st.recursive(
    st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
_CONTENTS = st.fixed_dictionaries(
    {"NamePrefix": _PREFIXES, "Revision": st.text(max_size=3), "Input": _VALUES, "Request": _VALUES}
)


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reordered(value[name]) for name in reversed(value)}
    return [_reordered(member) for member in value] if isinstance(value, list) else value


@given(_CONTENTS)
def test_an_id_is_a_labeling_job_name_with_room_for_a_suffix(content: dict[str, Any]) -> None:
    identity = physical_id(_OWNER, content)

    assert _JOB_NAME.fullmatch(f"{identity}-99")
    assert len(f"{identity}-99") <= 63
    assert is_physical_id(identity)


@given(_CONTENTS)
def test_the_same_content_has_the_same_id_in_any_order(content: dict[str, Any]) -> None:
    assert physical_id(_OWNER, _reordered(content)) == physical_id(_OWNER, content)


@given(_VALUES, _VALUES)
def test_different_content_has_different_ids(one: Any, other: Any) -> None:
    same = own_id(properties(Request=one)) == own_id(properties(Request=other))

    assert same == (one == other)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ServiceToken", "other"), ("ServiceTimeout", "60"), ("Tags", []), ("Unknown", "new")],
)
def test_what_is_not_content_does_not_change_the_id(name: str, value: Any) -> None:
    assert own_id(properties(**{name: value})) == own_id()


@pytest.mark.parametrize("name", ["NamePrefix", "Revision", "Input", "Files", "Request"])
def test_content_changes_the_id(name: str) -> None:
    assert own_id(properties(**{name: "changed"})) != own_id()


@pytest.mark.parametrize(
    "name", ["WhenEmpty", "MinimumObjects", "MaximumObjects", "MaximumCharacters", "MaximumBytes"]
)
def test_what_says_whether_a_job_may_start_does_not_change_the_id(name: str) -> None:
    changed = {**properties()["Input"], name: "other"}

    assert own_id(properties(Input=changed)) == own_id()


def test_numbers_and_booleans_have_the_id_of_their_strings() -> None:
    assert own_id(properties(Revision=1, Input={"x": True})) == own_id(
        properties(Revision="1", Input={"x": "true"})
    )


@pytest.mark.parametrize(
    "owner",
    [Owner(stack_id=f"{STACK}x", logical_id=RESOURCE), Owner(stack_id=STACK, logical_id="Other")],
)
def test_another_resource_with_the_same_content_has_another_id(owner: Owner) -> None:
    assert physical_id(owner, properties()) != own_id()


@pytest.mark.parametrize("prefix", ["", "-a", "a-", "a_b", "a.b", "é", "a" * 50, None, 7])
def test_a_prefix_that_can_not_begin_a_job_name_is_refused(prefix: Any) -> None:
    with pytest.raises(CustomResourceError, match=re.escape(repr(prefix))):
        own_id(properties(NamePrefix=prefix))


@pytest.mark.parametrize("name", ["Input", "Files", "Request"])
def test_an_optional_key_without_value_does_not_change_the_id(name: str) -> None:
    changed = properties(**{name: {**properties()[name], "Optional": None}})

    assert own_id(changed) == own_id()
