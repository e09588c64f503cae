"""Ids, and what CloudFormation's strings become."""

import re
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_job.coerce import coerce
from labeling_job.errors import LabelingJobError
from labeling_job.request import Owner, from_event, is_own_form, physical_id
from tests.unit.labeling_job_aws import RESOURCE, STACK, event, own_id, properties

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
    assert is_own_form(identity)


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
    with pytest.raises(LabelingJobError, match=re.escape(repr(prefix))):
        own_id(properties(NamePrefix=prefix))


@pytest.mark.parametrize(
    "identity", ["", "Stack-Job-1ABCDEF2345GH", "EvenOddJob-invalid", "none", "a" * 80, "x-12345"]
)
def test_an_id_that_was_made_elsewhere_is_not_of_our_form(identity: str) -> None:
    assert not is_own_form(identity)


def test_an_event_becomes_types() -> None:
    request = from_event(event("Update", PhysicalResourceId="old-id"))

    assert request.account == "111122223333"
    assert request.physical_id == own_id()
    assert request.current_id == "old-id"
    assert request.input.maximum_objects == 100_000
    assert request.input.maximum_characters == 20_000
    assert request.tags == {"team": "readers"}


def test_extensions_are_compared_in_lower_case() -> None:
    source = properties()["Input"]

    request = from_event(event("Create", properties(Input={**source, "Extensions": [".TXT"]})))

    assert request.input.extensions == (".txt",)


@pytest.mark.parametrize("old", [None, {}, {"NamePrefix": "_"}, {"Tags": "none"}, "text"])
def test_broken_old_properties_do_not_stop_an_update(old: Any) -> None:
    request = from_event(event("Update", OldResourceProperties=old))

    assert request.replaced_id is None
    assert request.replaced_tags == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Bucket", ""),
        ("Bucket", None),
        ("Prefix", "Input"),
        ("Prefix", None),
        ("Extensions", ".txt"),
        ("Extensions", []),
        ("Extensions", [""]),
        ("Kind", "image"),
        ("Split", "word"),
        ("MaximumObjects", "0"),
        ("MaximumObjects", "30.0"),
        ("MaximumObjects", ""),
        ("MaximumObjects", None),
        ("MaximumCharacters", "-1"),
        ("MaximumCharacters", True),
        ("WhenEmpty", "stop"),
    ],
)
def test_a_bad_input_property_is_named_with_its_value(name: str, value: Any) -> None:
    source = {**properties()["Input"], name: value}

    with pytest.raises(LabelingJobError) as refused:
        from_event(event("Create", properties(Input=source)))

    assert repr(value) in str(refused.value)
    assert "ResourceProperties.Input" in str(refused.value)


@pytest.mark.parametrize("name", ["Input", "Files", "Request"])
def test_a_missing_map_is_named(name: str) -> None:
    with pytest.raises(LabelingJobError, match=rf"ResourceProperties\.{name}$"):
        from_event(event("Create", properties(**{name: None})))


@pytest.mark.parametrize("tags", ["team", [{"Key": "", "Value": "x"}], [{"Key": "team"}], ["x"]])
def test_bad_tags_are_refused(tags: Any) -> None:
    with pytest.raises(LabelingJobError, match=r"ResourceProperties\.Tags"):
        from_event(event("Create", properties(Tags=tags)))


@pytest.mark.parametrize("stack", ["stack", "arn:aws:cloudformation:us-east-1::stack/x/y"])
def test_a_stack_without_account_is_refused(stack: str) -> None:
    with pytest.raises(LabelingJobError, match="StackId"):
        from_event(event("Create", StackId=stack))


@pytest.fixture(scope="module")
def shape() -> Any:
    client = boto3.client("sagemaker", region_name="us-east-1")
    return client.meta.service_model.operation_model("CreateLabelingJob").input_shape


def test_integers_are_restored_wherever_the_model_has_them(shape: Any) -> None:
    request = {
        "LabelAttributeName": "1",
        "StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": "50"},
        "HumanTaskConfig": {
            "TaskTitle": "2",
            "TaskKeywords": ["3"],
            "TaskTimeLimitInSeconds": "300",
            "PublicWorkforceTaskPrice": {"AmountInUsd": {"Cents": "4"}},
        },
    }

    restored = coerce(request, shape, "Request")

    assert restored == {
        "LabelAttributeName": "1",
        "StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": 50},
        "HumanTaskConfig": {
            "TaskTitle": "2",
            "TaskKeywords": ["3"],
            "TaskTimeLimitInSeconds": 300,
            "PublicWorkforceTaskPrice": {"AmountInUsd": {"Cents": 4}},
        },
    }


@pytest.mark.parametrize("value", ["30.0", "", None, "true", True, [], "٣"])
def test_what_is_no_integer_is_refused_with_its_place(shape: Any, value: Any) -> None:
    request = {"HumanTaskConfig": {"TaskTimeLimitInSeconds": value}}

    with pytest.raises(LabelingJobError) as refused:
        coerce(request, shape, "Request")

    assert repr(value) in str(refused.value)
    assert "Request.HumanTaskConfig.TaskTimeLimitInSeconds" in str(refused.value)


@pytest.mark.parametrize(
    ("request_part", "expected"),
    [({"HumanTaskConfig": "x"}, "expected a map"), ({"Tags": "x"}, "expected a list")],
)
def test_a_wrong_kind_of_value_is_refused(
    shape: Any, request_part: dict[str, Any], expected: str
) -> None:
    with pytest.raises(LabelingJobError, match=expected):
        coerce(request_part, shape, "Request")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_booleans_are_restored(text: str, value: object) -> None:
    client = boto3.client("sagemaker", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("CreateTrainingJob").input_shape

    restored = coerce({"EnableNetworkIsolation": text}, shape, "Request")  # type: ignore[arg-type]  # it has an input

    assert restored == {"EnableNetworkIsolation": value}
