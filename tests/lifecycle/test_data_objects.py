"""Cases 56 to 75: what a bucket may hold, and what S3 may say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.conftest import new_world
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import (
    image_properties,
    input_properties,
    own_id,
    properties,
)

_ODD_KEYS = (
    " leading and  double",
    "a+b%41%2F",
    'quote"back\\slash',
    "tab\tnew\nline\rreturn",
    "\u2028\u2029\x85",
    "emoji-😀",
    "e\u0301 and é",
    "/leading",
    "double//slash",
    "./..//../x",
    "<&>'",
)


def test_case_56_nothing_to_label_is_a_failure(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["in"] = {"Input/": b""}

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "nothing to label under s3://in/Input/" in deployment.first.reason
    assert not world.jobs


def test_case_56_nothing_to_label_is_a_success_where_that_is_allowed(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["in"].clear()

    made = cloudformation.deploy(input_properties(WhenEmpty="skip"))
    destroyed = cloudformation.destroy()

    assert made.status == "CREATE_COMPLETE"
    assert made.first.data["JobName"] == "none"
    assert destroyed.status == "DELETE_COMPLETE"
    assert not world.jobs


def test_case_57_more_objects_than_the_quota_are_refused(
    world: World, cloudformation: CloudFormation
) -> None:
    world.page_size = 10
    world.objects["in"].update({f"Input/{number:03}.txt": b"7" for number in range(100)})

    deployment = cloudformation.deploy(input_properties(MaximumObjects=25))

    assert deployment.first.status == "FAILED"
    assert "25" in deployment.first.reason
    assert not world.jobs
    # Where a listing is one after the other, it ends with the page of the first object too many.
    assert len(world.called("ListObjectsV2")) <= 4


@pytest.mark.parametrize("number", [1, 9, 10, 11, 20, 25])
def test_case_58_the_last_object_of_a_page_and_the_first_of_the_next_are_not_lost(
    world: World, cloudformation: CloudFormation, number: int
) -> None:
    world.page_size = 10
    world.objects["in"] = {f"Input/{each:03}.txt": b"7" for each in range(number)}

    deployment = cloudformation.deploy(input_properties(MaximumObjects=25))

    assert deployment.status == "CREATE_COMPLETE"
    assert [line["object"] for line in world.lines(own_id(cloudformation.properties))] == [
        f"s3://in/Input/{each:03}.txt" for each in range(number)
    ]


@pytest.mark.parametrize("code", ["SlowDown", "InternalError"])
def test_case_59_a_listing_that_s3_disturbs_is_complete(
    world: World, cloudformation: CloudFormation, code: str
) -> None:
    world.page_size = 10
    world.objects["in"] = {f"Input/{each:03}.txt": b"7" for each in range(35)}
    world.refuse_for("in", "ListObjectsV2", code, "Please try again", times=2)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert len(world.lines(own_id())) == 35


def test_case_59_a_listing_that_s3_never_answers_fails_and_leaves_nothing(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse_for(
        "in", "ListObjectsV2", "SlowDown", "Please reduce your request rate", times=999
    )

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "s3://in/Input/ can't be listed" in deployment.first.reason
    assert not world.jobs


def test_case_60_an_object_that_vanished_is_named(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse_for("in", "GetObject", "NoSuchKey", "The key does not exist.", times=9)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "does not exist, or no longer" in deployment.first.reason
    assert not world.jobs


def test_case_60_an_object_that_comes_later_is_not_in_the_snapshot(
    world: World, cloudformation: CloudFormation
) -> None:
    made = cloudformation.deploy(properties())
    world.objects["in"]["Input/3.txt"] = b"9"

    changed = cloudformation.deploy(properties(Tags=[]))

    assert made.first.data["ObjectCount"] == changed.first.data["ObjectCount"] == "2"
    assert len(world.lines(own_id())) == 2


def test_case_61_every_odd_key_comes_back_from_its_line_unchanged(
    world: World, cloudformation: CloudFormation
) -> None:
    keys = [f"Images/{odd}.jpg" for odd in _ODD_KEYS]
    world.objects["in"] = dict.fromkeys(keys, b"image")

    cloudformation.deploy(image_properties())

    lines = world.lines(own_id(cloudformation.properties))
    assert {line["source-ref"] for line in lines} == {f"s3://in/{key}" for key in keys}


def test_case_63_folder_markers_empty_objects_and_other_endings_are_left_out_and_counted(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["in"].update(
        {
            "Input/folder/": b"",
            "Input/x_$folder$": b"",
            "Input/empty.txt": b"",
            "Input/.DS_Store": b"mac",
            "Input/LOUD.TXT": b"8",
        }
    )

    deployment = cloudformation.deploy(properties())

    assert deployment.first.data["ObjectCount"] == "3"
    assert deployment.first.data["LeftOutCount"] == "5"


def test_case_64_archived_objects_are_left_out(
    world: World, cloudformation: CloudFormation
) -> None:
    classes = ("GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "STANDARD_IA")
    world.objects["in"] = {f"Images/{each}.jpg": b"image" for each in classes}
    world.storage_classes = {f"Images/{each}.jpg": each for each in classes}

    cloudformation.deploy(image_properties())

    lines = world.lines(own_id(cloudformation.properties))
    assert [line["source-ref"] for line in lines] == [
        "s3://in/Images/GLACIER_IR.jpg",
        "s3://in/Images/STANDARD_IA.jpg",
    ]


def test_case_65_objects_that_are_too_large_are_left_out(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["in"] = {"Images/1.jpg": b"x" * 1000, "Images/2.jpg": b"x" * 1001}

    deployment = cloudformation.deploy(image_properties())

    assert deployment.first.data["ObjectCount"] == "1"
    assert "larger than 1000 bytes 1" in deployment.first.data["Summary"]


@pytest.mark.parametrize("text", ["x" * 20_001, "\x01" * 19_000, "é" * 20_001])
def test_case_66_a_text_that_is_too_long_is_named(
    world: World, cloudformation: CloudFormation, text: str
) -> None:
    world.objects["in"]["Input/long.txt"] = text.encode()

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "s3://in/Input/long.txt" in deployment.first.reason
    assert not world.jobs


def test_case_67_a_prefix_ends_with_a_slash(cloudformation: CloudFormation) -> None:
    deployment = cloudformation.deploy(input_properties(Prefix="Input"))

    assert "ends with '/', got 'Input' in ResourceProperties.Input.Prefix" in (
        deployment.first.reason
    )


def test_case_67_what_a_job_writes_is_never_its_input(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["out"]["text.txt"] = b"7"
    everything = input_properties(Bucket="out", Prefix="")["Input"]

    cloudformation.deploy(properties(Input={**everything, "Extensions": []}))
    world.label(own_id(cloudformation.properties), "7")
    again = cloudformation.deploy(
        properties(Input={**everything, "Extensions": []}, Revision=2, Relabel=True)
    )

    assert [line["object"] for line in world.lines(again.first.data["JobName"])] == [
        "s3://out/text.txt"
    ]


def test_case_68_the_same_manifest_has_the_same_key_and_another_one_another(
    world: World,
) -> None:
    places = []
    for texts in (b"42", b"42", b"43"):
        world = new_world()
        world.objects["in"]["Input/1.txt"] = texts
        made = CloudFormation(world).deploy(properties())
        places.append(made.first.data["ManifestUri"])

    assert places[0] == places[1] != places[2]


def test_case_69_a_delete_without_its_bucket_stops_the_job_all_the_same(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    for operation in ("GetObject", "ListObjectsV2", "PutObject"):
        world.refuse(operation, "NoSuchBucket", "The bucket does not exist", times=99)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


def test_case_70_a_bucket_of_another_region_is_named(
    world: World, cloudformation: CloudFormation
) -> None:
    moved = "The bucket is in this region: eu-west-1. Please use this region"
    world.refuse_for("in", "ListObjectsV2", "PermanentRedirect", moved, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "s3://in/Input/" in deployment.first.reason
    assert "eu-west-1" in deployment.first.reason


def test_case_70_the_owner_of_every_bucket_is_checked(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    cloudformation.deploy(properties(Revision=2))
    cloudformation.destroy()

    owners = {parameters.get("ExpectedBucketOwner") for parameters in _of_s3(world)}
    assert owners == {"111122223333"}


def test_case_71_a_bucket_that_refuses_a_file_fails_the_create(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse("PutObject", "InvalidRequest", "the header is not that of the policy", times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "the header is not that of the policy" in deployment.first.reason
    assert not world.jobs


def test_case_72_locked_files_hinder_nobody_because_none_is_ever_deleted(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    cloudformation.deploy(properties(Revision=2))
    cloudformation.deploy(properties())
    cloudformation.destroy()

    deletions = {name for name, _ in world.calls if name.startswith("Delete") and "Obj" in name}
    assert not deletions


def test_case_73_missing_cors_rules_are_named_and_nothing_is_left(
    world: World, cloudformation: CloudFormation
) -> None:
    missing = "The bucket in has no CORS rules; add them"
    world.refuse("CreateLabelingJob", "ValidationException", missing, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "CORS" in deployment.first.reason
    assert not world.jobs


def test_case_75_neither_names_nor_ids_hold_a_time(world: World) -> None:
    results = []
    for time in (0.0, 1_000_000.0):
        world = new_world()
        world.time = time
        made = CloudFormation(world).deploy(properties())
        results.append((made.first, sorted(world.objects["out"])))

    assert results[0] == results[1]


def _of_s3(world: World) -> list[dict[str, Any]]:
    return [parameters for _, parameters in world.calls if "Bucket" in parameters]
