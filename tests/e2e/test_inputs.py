"""What a deployment makes of the data objects it finds."""

import json

import pytest

from tests.e2e.target import Prepared

_ODD_KEYS = (
    "a space.txt",
    "plus+plus.txt",
    "100%.txt",
    "%41.txt",
    "\"quoted\" 'twice'.txt",
    "back\\slash.txt",
    "new\nline.txt",
    "tab\t.txt",
    "😀.txt",
    "//empty//segments.txt",
    "one/same.txt",
    "two/same.txt",
)


def test_objects_with_odd_keys_all_arrive_in_the_manifest(prepared: Prepared) -> None:
    contents = {f"Input/{key}": f"text of {key}".encode() for key in _ODD_KEYS}
    with prepared.objects(contents):
        outputs = prepared.target.cdk.deploy("Labeling")

    bucket, key = outputs["EvenOddManifestUri"].removeprefix("s3://").split("/", 1)
    body = prepared.target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    prepared.target.cdk.destroy("Labeling")

    place = f"s3://{prepared.outputs['InputBucketName']}/"
    entries = [json.loads(line) for line in body.decode().split("\n")[:-1]]
    assert {entry["object"].removeprefix(place): entry["source"] for entry in entries} == {
        key: content.decode() for key, content in contents.items()
    }
    assert outputs["EvenOddObjectCount"] == str(len(_ODD_KEYS))
    assert prepared.running_jobs() == []


def test_an_empty_prefix_fails_with_the_command_that_fills_it(prepared: Prepared) -> None:
    printed = prepared.refusal()

    place = f"s3://{prepared.outputs['InputBucketName']}/Input/"
    assert f"nothing to label under {place}" in printed
    assert f"`aws s3 cp <folder> {place} --recursive`" in printed
    assert prepared.running_jobs() == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"42 \xff", "expected UTF-8 text, got byte 0xff at position 3 of"),
        (b"4" * 20_001, "expected at most 20000 characters, got 20001 in"),
    ],
)
def test_a_text_that_can_t_be_labeled_fails_the_deployment(
    prepared: Prepared, content: bytes, rule: str
) -> None:
    with prepared.objects({"Input/1.txt": b"42", "Input/2.txt": content}):
        printed = prepared.refusal()

    assert f"{rule} s3://{prepared.outputs['InputBucketName']}/Input/2.txt" in printed
    assert prepared.running_jobs() == []
