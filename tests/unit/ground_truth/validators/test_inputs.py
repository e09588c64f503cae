"""Where data objects may be and which of them may be chosen."""

import pytest

from ground_truth.validators import inputs as input_validators


@pytest.mark.parametrize("value", ["Input/", "a/b c/", "s3://bucket/a/b/", "s3://my.bucket/"])
def test_a_good_place_for_input(value: str) -> None:
    assert input_validators.location(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "Input",
        "/Input/",
        "/",
        "s3://bucket",
        "s3://bucket/prefix",
        "s3://bucket//",
        "s3://Bucket/prefix/",
        "https://bucket/prefix/",
    ],
)
def test_what_is_no_place_for_input(value: str) -> None:
    with pytest.raises(ValueError, match=f"with a slash at the end, got {value!r}"):
        input_validators.location(value)


@pytest.mark.parametrize("character", ["*", "?", "${x}", "\t"])
def test_a_place_for_input_has_no_characters_that_policies_read_otherwise(character: str) -> None:
    with pytest.raises(ValueError, match="IAM policies read otherwise"):
        input_validators.location(f"s3://bucket/In{character}put/")


@pytest.mark.parametrize(
    "value",
    ["cars.manifest", "manifests/cars.jsonl", "s3://bucket/cars.manifest", "s3://b-1/a b/c"],
)
def test_a_good_place_for_a_manifest(value: str) -> None:
    assert input_validators.manifest(value) == value


@pytest.mark.parametrize(
    "value", ["", "/cars.manifest", "manifests/", "s3://bucket", "s3://bucket/", "https://b/c"]
)
def test_what_is_no_place_for_a_manifest(value: str) -> None:
    with pytest.raises(ValueError, match=f"expected a manifest such as .*, got {value!r}"):
        input_validators.manifest(value)


@pytest.mark.parametrize("value", ["*.jpg", "2024/**", "**/draft-?.png", "[a-c]*"])
def test_a_good_pattern(value: str) -> None:
    assert input_validators.glob(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "expected 1 to 256 characters, got 0"),
        ("/a", "without a slash at its ends, got '/a'"),
        ("a/", "without a slash at its ends, got 'a/'"),
        ("[a", r"expected a \] for each \[ of a pattern, got '\[a'"),
        ("a\nb", "expected one line of text"),
    ],
)
def test_what_is_no_pattern(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        input_validators.glob(value)


@pytest.mark.parametrize("value", [0, 100_001])
def test_a_sample_is_neither_nothing_nor_more_than_a_job_can_have(value: int) -> None:
    with pytest.raises(ValueError, match=f"expected 1 to 100000 data objects, got {value}"):
        input_validators.sample(value)
