"""What earlier runs have labeled is neither labeled nor paid again."""

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from custom_resource.errors import CustomResourceError
from custom_resource.responder import Outcome
from dataset.lines import digest
from labeling_job.job.carried_over import labeled_before
from labeling_job.request import from_event
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    event,
    image_properties,
    input_properties,
    json_lines,
    own_id,
    properties,
    user_lines,
    user_properties,
)

_LABEL = {"parity": 0, "parity-metadata": {"class-name": "Even", "human-annotated": "yes"}}
_OLD = "dev-even-odd-0123456789"


def _line(name: str, text: str, **label: Any) -> dict[str, Any]:
    return {"source": text, "object": f"s3://in/Input/{name}", **label}


def _output(aws: FakeAws, name: str, *lines: Any) -> None:
    """Write the output manifest of a run."""
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    key = f"labels/{name}/manifests/output/output.manifest"
    aws.objects["out"][key] = "".join(f"{text}\n" for text in texts).encode()


def _labeled(aws: FakeAws, props: dict[str, Any] | None = None) -> frozenset[bytes]:
    return labeled_before(from_event(event("Create", props)), aws.as_clients())


def _create(aws: FakeAws, props: dict[str, Any] | None = None) -> Outcome:
    return run(event("Create", props), aws.as_clients())


def _manifest(aws: FakeAws, outcome: Outcome) -> list[str]:
    content = aws.objects["out"][outcome.data["ManifestUri"].removeprefix("s3://out/")]
    return [line["source"] for line in json_lines(content)]


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"].update({"Input/1.txt": b"42", "Input/2.txt": b"7", "Input/3.txt": b"9"})
    return fake


def test_what_an_earlier_run_has_labeled_is_left_out_of_the_next(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL), _line("2.txt", "7"))

    outcome = _create(aws)

    assert _manifest(aws, outcome) == ["7", "9"]
    assert outcome.data["ObjectCount"] == "2"
    assert outcome.data["CarriedOverCount"] == "1"
    assert outcome.data["Summary"] == (
        "2 data objects; carried over 1 that earlier runs have labeled"
    )


def test_what_nobody_finished_in_an_earlier_run_is_asked_again(aws: FakeAws) -> None:
    # As in tests/data/recorded/custom-task.jsonl.
    reason = {"retry-count": 1, "failure-reason": "ClientError: …", "human-annotated": "true"}
    _output(aws, _OLD, _line("1.txt", "42", **{"parity-metadata": reason}))

    outcome = _create(aws)

    assert _manifest(aws, outcome) == ["42", "7", "9"]


def test_the_numbers_are_remembered_for_later_updates(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    created = _create(aws)

    updated = run(
        event("Update", properties(Tags=[]), PhysicalResourceId=own_id()), aws.as_clients()
    )

    assert updated.data == created.data


def test_labels_of_all_earlier_runs_count_also_of_stacks_that_are_gone(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    _output(aws, f"{own_id()}-12", _line("3.txt", "9", **_LABEL))

    assert _manifest(aws, _create(aws)) == ["7"]


@pytest.mark.parametrize("status", ["Stopped", "Failed", "Completed", "InProgress"])
def test_labels_of_the_run_that_is_replaced_count_whatever_became_of_it(
    aws: FakeAws, status: str
) -> None:
    new = properties(Revision="2")
    _create(aws)
    aws.ahead.clear()
    aws.jobs[own_id()]["LabelingJobStatus"] = status
    _output(aws, own_id(), _line("1.txt", "42", **_LABEL), _line("2.txt", "7"))

    outcome = run(
        event("Update", new, OldResourceProperties=properties(), PhysicalResourceId=own_id()),
        aws.as_clients(),
    )

    assert outcome.data["JobName"] == own_id(new)
    assert _manifest(aws, outcome) == ["7", "9"]


def test_everything_is_labeled_again_where_the_file_says_so(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))

    outcome = _create(aws, properties(Relabel="true"))

    assert _manifest(aws, outcome) == ["42", "7", "9"]
    assert outcome.data["CarriedOverCount"] == "0"


def test_what_is_said_of_changes_is_no_content() -> None:
    changes = {"OnChange": "fail", "Relabel": "true", "StopOnDelete": "false"}

    assert own_id(properties(**changes)) == own_id()


def test_labels_under_another_attribute_do_not_count(aws: FakeAws) -> None:
    label = {"kind": 0, "kind-metadata": {"parity-metadata": {}}}
    _output(aws, _OLD, _line("1.txt", "42", **label))

    assert _manifest(aws, _create(aws)) == ["42", "7", "9"]


@pytest.mark.parametrize("label", [{"parity": None, "parity-metadata": {}}, {"parity": 0}])
def test_half_a_label_is_none(aws: FakeAws, label: dict[str, Any]) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **label))

    assert _labeled(aws) == frozenset()


def test_a_label_without_any_words_on_it_is_not_asked_for_again(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", parity=0, **{"parity-metadata": None}))

    assert _manifest(aws, _create(aws)) == ["7", "9"]


def test_a_text_that_was_changed_is_labeled_anew(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "41", **_LABEL))

    assert _manifest(aws, _create(aws)) == ["42", "7", "9"]


def test_a_line_may_be_written_in_another_way(aws: FakeAws) -> None:
    line = _line("1.txt", "42", **_LABEL)
    text = json.dumps(dict(reversed(line.items())), separators=(",", ":"))
    _output(aws, _OLD, text.replace("4", "\\u0034"))

    assert _manifest(aws, _create(aws)) == ["7", "9"]


@pytest.mark.parametrize("text", ["", "parity-metadata", '["parity-metadata"]', "[" * 100_000])
def test_what_is_no_line_of_a_manifest_is_passed_over(aws: FakeAws, text: str) -> None:
    _output(aws, _OLD, text, _line("1.txt", "42", **_LABEL))

    assert len(_labeled(aws)) == 1


def test_a_manifest_without_a_last_line_break_is_read_to_its_end(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    (key,) = aws.objects["out"]
    aws.objects["out"][key] = aws.objects["out"][key].rstrip(b"\n")

    line = json.dumps(_line("1.txt", "42")).encode()
    assert _labeled(aws) == frozenset({digest(line)})


def test_lines_are_found_wherever_the_pieces_of_a_long_manifest_end(aws: FakeAws) -> None:
    lines = [_line(f"{number}.txt", "x" * (number % 97), **_LABEL) for number in range(20_000)]
    _output(aws, _OLD, *lines)

    assert len(_labeled(aws)) == 20_000


@pytest.mark.parametrize(
    "name",
    [
        "dev-even-odd-two-0123456789",
        "dev-even-odd-012345678",
        "dev-even-odd-0123456789-x",
        "dev-even-odd-0123456789-100",
        "prod-even-odd-0123456789",
    ],
)
def test_runs_of_other_jobs_do_not_count(aws: FakeAws, name: str) -> None:
    _output(aws, name, _line("1.txt", "42", **_LABEL))

    assert _labeled(aws) == frozenset()
    assert aws.called("GetObject") == []


def test_a_run_that_has_written_no_manifest_yet_has_labeled_nothing(aws: FakeAws) -> None:
    aws.objects["out"][f"labels/{_OLD}/annotations/worker-response/1.json"] = b"{}"

    assert _labeled(aws) == frozenset()


def test_runs_are_found_on_every_page_of_the_listing(aws: FakeAws) -> None:
    aws.page_size = 2
    for number in range(10, 15):
        _output(aws, f"{_OLD[:-2]}{number}", _line(f"{number}.txt", "42", **_LABEL))

    assert len(_labeled(aws)) == 5


def test_an_image_is_known_by_its_address(aws: FakeAws) -> None:
    props = image_properties()
    aws.objects["in"].update({"Images/1.jpg": b"x", "Images/2.jpg": b"x"})
    _output(aws, _OLD, {"source-ref": "s3://in/Images/1.jpg", **_LABEL})

    outcome = _create(aws, props)

    assert (outcome.data["ObjectCount"], outcome.data["CarriedOverCount"]) == ("1", "1")


def test_an_object_whose_earlier_labels_have_changed_is_adjusted_anew(aws: FakeAws) -> None:
    def line(number: int, boxes: int, **label: Any) -> dict[str, Any]:
        uri = f"s3://in/Data/{number}.jpg"
        return {"source-ref": uri, "cars": boxes, "cars-metadata": {}, **label}

    aws.objects["in"].update(user_lines(line(1, 1), line(2, 2)))
    _output(aws, _OLD, line(1, 1, **_LABEL), line(2, 1, **_LABEL))

    outcome = _create(aws, user_properties("object", PreviousAttribute="cars"))

    assert (outcome.data["ObjectCount"], outcome.data["CarriedOverCount"]) == ("1", "1")


def test_when_all_is_labeled_no_job_is_started_and_the_latest_run_is_named(aws: FakeAws) -> None:
    aws.add_job(_OLD, "Completed")
    aws.add_job("dev-even-odd-00000000aa", "Stopped")
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL), _line("2.txt", "7", **_LABEL))
    _output(aws, "dev-even-odd-00000000aa", _line("3.txt", "9", **_LABEL))

    data = _create(aws).data

    assert aws.called("CreateLabelingJob") == []
    assert data["JobName"] == "dev-even-odd-00000000aa"
    assert data["JobStatus"] == "Stopped"
    assert data["OutputManifestUri"] == (
        "s3://out/labels/dev-even-odd-00000000aa/manifests/output/output.manifest"
    )
    assert (data["ObjectCount"], data["CarriedOverCount"]) == ("0", "3")
    assert data["Summary"] == (
        "all is labeled, no job was started: 0 data objects; carried over 3 that earlier runs have "
        "labeled; the latest run is dev-even-odd-00000000aa"
    )


def test_labels_whose_job_is_not_known_are_carried_over_too(aws: FakeAws) -> None:
    lines = (_line(f"{number}.txt", text, **_LABEL) for number, text in ((1, "42"), (2, "7")))
    del aws.objects["in"]["Input/3.txt"]
    _output(aws, _OLD, *lines)

    data = _create(aws).data

    assert (data["JobName"], data["JobStatus"], data["ManifestUri"]) == (_OLD, "none", "none")


def test_new_files_are_labeled_by_the_next_update_of_a_resource_without_a_job(aws: FakeAws) -> None:
    aws.objects["in"] = {"Input/1.txt": b"42"}
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    _create(aws)
    aws.objects["in"]["Input/2.txt"] = b"7"

    outcome = run(
        event("Update", properties(Tags=[]), PhysicalResourceId=own_id()), aws.as_clients()
    )

    assert outcome.data["JobName"] == own_id()
    assert _manifest(aws, outcome) == ["7"]


def test_nothing_to_label_is_still_an_error(aws: FakeAws) -> None:
    aws.objects["in"].clear()
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))

    with pytest.raises(CustomResourceError, match="nothing to label under"):
        _create(aws)


def test_the_sample_comes_first_so_that_a_limit_stays_one(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))

    assert _manifest(aws, _create(aws, input_properties(Limit="2"))) == ["7"]


def test_labels_that_can_not_be_listed_are_not_paid_twice(aws: FakeAws) -> None:
    aws.refuse("ListObjectsV2", "AccessDenied", "not authorized to perform: it", times=99)

    with pytest.raises(CustomResourceError, match=r"s3://out/labels/dev-even-odd- can't be listed"):
        _create(aws)

    assert aws.jobs == {}


def test_labels_that_can_not_be_read_are_not_paid_twice(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    aws.refuse("GetObject", "KMS.DisabledException", "the key is disabled")

    with pytest.raises(
        CustomResourceError, match=r"output\.manifest can't be read.*`relabel: true`"
    ):
        _labeled(aws)


def test_a_read_that_breaks_off_is_begun_again(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    aws.disturb("GetObject", *[ReadTimeoutError(endpoint_url="https://example.com")] * 2)

    assert len(_labeled(aws)) == 1


def test_time_that_runs_out_is_said(aws: FakeAws) -> None:
    _output(aws, _OLD, _line("1.txt", "42", **_LABEL))
    aws.durations["GetObject"] = 1_000.0

    with pytest.raises(
        CustomResourceError, match="time ran out while the labels in s3://out/labels"
    ):
        _labeled(aws)


def test_no_more_lines_are_read_of_a_run_than_a_job_can_have(aws: FakeAws) -> None:
    _output(aws, _OLD, *["{}"] * 100_000, _line("1.txt", "42", **_LABEL))

    assert _labeled(aws) == frozenset()
