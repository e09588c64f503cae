"""What earlier runs have labeled is left out of a manifest, and counted."""

from __future__ import annotations

import pytest

from custom_resource.errors import CustomResourceError
from dataset.lines import digest
from labeling_job.manifest.manifest import Manifest, read_manifest
from labeling_job.manifest.problems import NothingToLabelError
from labeling_job.request import from_event
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    image_properties,
    input_properties,
)


def _labeled(*numbers: int) -> frozenset[bytes]:
    return frozenset(
        digest(b'{ "source-ref":"s3://in/Images/%d.jpg" }' % number) for number in numbers
    )


def _read(labeled: frozenset[bytes], count: int = 4, **changes: object) -> Manifest:
    aws = FakeAws()
    aws.objects["in"].update({f"Images/{number}.jpg": b"x" for number in range(count)})
    request = from_event(event("Create", image_properties(**changes)))
    return read_manifest(request, aws.as_clients(), labeled)


def test_objects_that_earlier_runs_have_labeled_are_carried_over() -> None:
    manifest = _read(_labeled(1, 2, 7))

    assert all_lines(manifest) == (
        b'{"source-ref": "s3://in/Images/0.jpg"}\n{"source-ref": "s3://in/Images/3.jpg"}\n'
    )
    assert (manifest.objects, manifest.carried_over) == (2, 2)
    assert manifest.summary == "2 data objects; carried over 2 that earlier runs have labeled"
    assert manifest.skipped.total == 0


def test_objects_are_carried_over_from_among_those_that_are_chosen() -> None:
    manifest = _read(_labeled(0, 3), Limit="2")

    assert (manifest.objects, manifest.carried_over) == (1, 1)


def test_a_manifest_may_have_nothing_but_what_is_carried_over() -> None:
    manifest = _read(_labeled(0, 1, 2, 3), MinimumObjects="3")

    assert (manifest.objects, manifest.carried_over) == (0, 4)


def test_nothing_at_all_is_still_refused() -> None:
    with pytest.raises(NothingToLabelError):
        _read(_labeled(0), count=0)


def test_what_is_left_for_automated_labeling_must_be_enough() -> None:
    with pytest.raises(CustomResourceError) as refused:
        _read(_labeled(0, 1), MinimumObjects="3")

    assert str(refused.value) == (
        "expected at least 3 data objects for automated labeling, got 2 under s3://in/Images/; "
        "carried over 2 that earlier runs have labeled, add some or turn `auto_label` off"
    )


def test_texts_are_carried_over_by_what_they_say() -> None:
    aws = FakeAws()
    aws.objects["in"].update({"Input/1.txt": b"42", "Input/2.txt": b"43"})
    labeled = digest(b'{"source": "42", "object": "s3://in/Input/1.txt"}')
    request = from_event(event("Create", input_properties()))

    manifest = read_manifest(request, aws.as_clients(), frozenset({labeled}))

    assert all_lines(manifest) == b'{"source": "43", "object": "s3://in/Input/2.txt"}\n'
