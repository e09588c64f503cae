"""What CloudFormation's properties and strings become."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from custom_resource.errors import CustomResourceError
from labeling_job.input_properties import Input, read_input
from labeling_job.job.typed_request import coerce
from labeling_job.request import Files, from_event
from tests.unit.labeling_job.labeling_job_aws import (
    event,
    frame_properties,
    image_properties,
    own_id,
    properties,
    user_properties,
)

_GOLDEN = sorted((Path(__file__).parents[2] / "data" / "jobs").glob("*.yaml"))


def _read(**changes: Any) -> Input:
    return read_input({**properties()["Input"], **changes})


def test_an_event_becomes_types() -> None:
    request = from_event(event("Update", PhysicalResourceId="old-id"))

    assert request.account == "111122223333"
    assert request.physical_id == own_id()
    assert request.current_id == "old-id"
    assert request.tags == {"team": "readers"}


def test_what_is_not_said_of_an_input_has_its_default() -> None:
    assert read_input(image_properties(MaximumBytes=None)["Input"]) == Input(
        kind="object",
        bucket="in",
        prefix="Images/",
        manifest_uri=None,
        extensions=(".jpg", ".png"),
        split="file",
        column=None,
        include=(),
        exclude=(),
        sample=None,
        limit=None,
        order="listed",
        seed=0,
        minimum_objects=None,
        maximum_objects=100_000,
        maximum_characters=20_000,
        maximum_bytes=None,
        maximum_frames=None,
        when_empty="fail",
        required_names=(),
        reviewed_attribute=None,
        reviewed_job=None,
    )


def test_everything_that_can_be_said_of_a_listing_becomes_types() -> None:
    source = _read(
        Split="column",
        Column="review",
        Extensions=[".CSV"],
        Include=["*.csv"],
        Exclude=["drafts/**", "[ab].csv"],
        Sample="500",
        Limit="100",
        Order="shuffled",
        Seed="-7",
        MinimumObjects="50",
        MaximumObjects="20000",
        MaximumCharacters="1000",
        MaximumBytes="40000000000",
        WhenEmpty="skip",
        Unknown="left alone",
    )

    assert (source.split, source.column, source.extensions) == ("column", "review", (".csv",))
    assert source.include == ("*.csv",)
    assert source.exclude == ("drafts/**", "[ab].csv")
    assert (source.sample, source.limit, source.order, source.seed) == (500, 100, "shuffled", -7)
    assert (source.minimum_objects, source.maximum_objects) == (50, 20_000)
    assert (source.maximum_characters, source.maximum_bytes) == (1_000, 40_000_000_000)
    assert source.when_empty == "skip"


def test_everything_that_can_be_said_of_a_user_s_manifest_becomes_types() -> None:
    props = user_properties(
        "frames",
        MaximumFrames="2000",
        RequiredNames=["source-ref", "file"],
        PreviousAttribute="cars-ref",
        PreviousJob="dev-cars-0123456789",
    )

    source = read_input(props["Input"])

    assert source.manifest_uri == "s3://in/own.jsonl"
    assert source.maximum_frames == 2_000
    assert source.required_names == ("source-ref", "file")
    assert (source.reviewed_attribute, source.reviewed_job) == ("cars-ref", "dev-cars-0123456789")


def test_the_manifest_of_a_job_that_was_not_started_is_none() -> None:
    props = user_properties("object", ManifestUri="none", PreviousJob="none")

    assert read_input(props["Input"]).manifest_uri == "none"


@pytest.mark.parametrize("path", _GOLDEN, ids=lambda path: str(path.stem))
def test_what_the_constructs_send_is_understood(path: Path) -> None:
    text = re.sub(r"<\w+\.OutputManifestUri>", "s3://out/output.manifest", path.read_text())
    sent = yaml.safe_load(text)

    request = from_event(event("Create", properties(Input=sent["Input"], Files=sent["Files"])))

    assert request.input.kind == sent["Input"]["Kind"]
    assert request.files.worker_template == sent["Files"].get("WorkerTemplate")
    assert request.files.label_categories == sent["Files"].get("LabelCategories")


@pytest.mark.parametrize("old", [None, {}, {"NamePrefix": "_"}, {"Tags": "none"}, "text"])
def test_broken_old_properties_do_not_stop_an_update(old: Any) -> None:
    request = from_event(event("Update", OldResourceProperties=old))

    assert request.replaced_id is None
    assert request.replaced_tags == {}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Kind", "image", "expected text or object or frames or point-cloud or"),
        ("Bucket", "", "expected text"),
        ("Bucket", None, "expected text"),
        ("Prefix", "Input", "expected a prefix that ends with '/'"),
        ("Prefix", None, "expected text"),
        ("ManifestUri", "own.jsonl", "expected a manifest such as s3://bucket/key"),
        ("ManifestUri", "s3://bucket/", "expected a manifest such as s3://bucket/key"),
        ("ManifestUri", "none", "expected a manifest such as s3://bucket/key"),
        ("Extensions", ".txt", "expected a list of endings"),
        ("Extensions", [""], "expected a list of endings"),
        ("Extensions", None, "expected a list of endings"),
        ("Split", "word", "expected file or line or column"),
        ("Split", None, "expected file or line or column"),
        ("Include", "*.txt", "expected a list of patterns"),
        ("Exclude", [7], "expected a list of patterns"),
        ("Exclude", ["[z-a]"], "expected a pattern such as *.jpg"),
        ("Sample", "0", "expected a number above 0"),
        ("Limit", "1.5", "expected a number above 0"),
        ("Order", "random", "expected listed or shuffled"),
        ("Seed", "x", "expected an integer"),
        ("MinimumObjects", "-1", "expected a number above 0"),
        ("MaximumObjects", "0", "expected a number above 0"),
        ("MaximumObjects", "30.0", "expected a number above 0"),
        ("MaximumObjects", "", "expected a number above 0"),
        ("MaximumObjects", None, "expected a number above 0"),
        ("MaximumCharacters", "-1", "expected a number above 0"),
        ("MaximumCharacters", True, "expected a number above 0"),
        ("MaximumBytes", "many", "expected a number above 0"),
        ("MaximumFrames", "٣", "expected a number above 0"),
        ("WhenEmpty", "stop", "expected fail or skip"),
        ("Column", "review", "expected none without the Split column"),
        ("RequiredNames", ["x"], "expected none without a ManifestUri"),
        ("PreviousAttribute", "cars", "expected none without a ManifestUri"),
        ("PreviousJob", "none", "expected none without a ManifestUri"),
    ],
)
def test_a_bad_input_property_is_named_with_its_value(name: str, value: Any, expected: str) -> None:
    with pytest.raises(CustomResourceError) as refused:
        _read(**{name: value})

    assert str(refused.value).startswith(expected)
    assert f"got {value!r} in " in str(refused.value) or f"got {value[0]!r} in " in str(
        refused.value
    )
    assert f"ResourceProperties.Input.{name}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Include", ["*.jpg"], "expected none beside a ManifestUri"),
        ("Exclude", ["*.jpg"], "expected none beside a ManifestUri"),
        ("Split", "file", "expected none but for texts of a listing"),
        ("Column", "review", "expected none but for texts of a listing"),
        ("RequiredNames", "source", "expected a list of names"),
        ("PreviousAttribute", "", "expected text"),
        ("PreviousJob", "", "expected text"),
    ],
)
def test_a_bad_property_of_a_user_s_manifest_is_named_with_its_value(
    name: str, value: Any, expected: str
) -> None:
    with pytest.raises(CustomResourceError) as refused:
        read_input(user_properties("text", **{name: value})["Input"])

    assert str(refused.value) == f"{expected}, got {value!r} in ResourceProperties.Input.{name}"


def test_a_column_needs_its_name() -> None:
    with pytest.raises(
        CustomResourceError, match=r"got None in ResourceProperties\.Input\.Column$"
    ):
        _read(Split="column")


@pytest.mark.parametrize("name", ["Split", "Column"])
def test_only_texts_are_split(name: str) -> None:
    with pytest.raises(CustomResourceError, match=rf"expected none but .*Input\.{name}$"):
        read_input(frame_properties(**{name: "x"})["Input"])


@pytest.mark.parametrize("kind", ["point-cloud", "point-cloud-sequence", "any"])
def test_what_only_a_person_knows_comes_in_a_manifest(kind: str) -> None:
    with pytest.raises(CustomResourceError) as refused:
        read_input(user_properties(kind, ManifestUri=None)["Input"])

    assert str(refused.value) == (
        f"expected a ManifestUri for the kind {kind!r}, got none in "
        "ResourceProperties.Input.ManifestUri"
    )


def test_a_custom_task_may_have_neither_labels_nor_template() -> None:
    request = from_event(event("Create", properties(Files={"Bucket": "out", "Prefix": "x/"})))

    assert request.files == Files(
        bucket="out", prefix="x/", label_categories=None, worker_template=None
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Bucket", ""),
        ("Prefix", "requests"),
        ("LabelCategories", "Even"),
        ("LabelCategories", []),
        ("WorkerTemplate", ""),
        ("WorkerTemplate", {}),
    ],
)
def test_a_bad_property_of_the_files_is_named_with_its_value(name: str, value: Any) -> None:
    with pytest.raises(CustomResourceError) as refused:
        from_event(event("Create", properties(Files={**properties()["Files"], name: value})))

    assert str(refused.value).endswith(f"got {value!r} in ResourceProperties.Files.{name}")


@pytest.mark.parametrize("name", ["Input", "Files", "Request"])
def test_a_missing_map_is_named(name: str) -> None:
    with pytest.raises(CustomResourceError, match=rf"ResourceProperties\.{name}$"):
        from_event(event("Create", properties(**{name: None})))


@pytest.mark.parametrize("tags", ["team", [{"Key": "", "Value": "x"}], [{"Key": "team"}], ["x"]])
def test_bad_tags_are_refused(tags: Any) -> None:
    with pytest.raises(CustomResourceError, match=r"ResourceProperties\.Tags"):
        from_event(event("Create", properties(Tags=tags)))


@pytest.mark.parametrize("stack", ["stack", "arn:aws:cloudformation:us-east-1::stack/x/y"])
def test_a_stack_without_account_is_refused(stack: str) -> None:
    with pytest.raises(CustomResourceError, match="StackId"):
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

    with pytest.raises(CustomResourceError) as refused:
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
    with pytest.raises(CustomResourceError, match=expected):
        coerce(request_part, shape, "Request")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_booleans_are_restored(text: str, value: object) -> None:
    client = boto3.client("sagemaker", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("CreateTrainingJob").input_shape

    restored = coerce({"EnableNetworkIsolation": text}, shape, "Request")  # type: ignore[arg-type]  # it has an input

    assert restored == {"EnableNetworkIsolation": value}
