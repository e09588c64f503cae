"""Whether a resource is still wanted, whatever is worked on at the same time."""

import contextlib
import datetime
import email.utils
import json
from collections.abc import Callable
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.job.desired_state import CancelledError
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    event,
    input_properties,
    own_id,
    properties,
)

_MARKER = f"requests/even-odd/wanted/{own_id()}.json"


class _Interrupted(FakeAws):
    """Lets something happen just before the nth call of an operation is answered."""

    def before(self, operation: str, action: Callable[[], object], *, call: int = 1) -> None:
        self.objects["in"]["Input/1.txt"] = b"42"
        self._left, self._operation, self._action = call, operation, action

    #: What S3 says of the time beside an object.
    times: dict[str, Any] | None = None

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {**super()._get_object(parameters), **(self.times or {})}

    def _serve(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation == self._operation:
            self._left -= 1
            if self._left == 0:
                self._action()
        return super()._serve(operation, parameters)


@pytest.fixture
def aws() -> _Interrupted:
    fake = _Interrupted()
    fake.before("none", lambda: None)
    return fake


def _delete(aws: FakeAws) -> None:
    run(event("Delete", PhysicalResourceId=own_id()), aws.as_clients())


def _marker(aws: FakeAws) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(aws.objects["out"][_MARKER])
    return content


def test_a_create_says_that_its_job_is_wanted_and_ready(aws: _Interrupted) -> None:
    sent = event("Create")

    run(sent, aws.as_clients())

    assert _marker(aws)["request"].startswith(sent["RequestId"])
    assert (_marker(aws)["wanted"], _marker(aws)["ready"]) == (True, True)


def test_the_address_to_answer_to_is_not_remembered(aws: _Interrupted) -> None:
    run(event("Create"), aws.as_clients())

    assert b"secret" not in b"".join(aws.objects["out"].values())


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("PutObject", 1),
        ("DescribeLabelingJob", 1),
        ("ListObjectsV2", 1),
        ("ListObjectsV2", 2),
        ("PutObject", 2),
        ("GetObject", 3),
    ],
)
def test_a_create_that_is_taken_back_before_its_job_is_made_makes_none(
    aws: _Interrupted, operation: str, call: int
) -> None:
    aws.before(operation, lambda: _delete(aws), call=call)

    with pytest.raises(CancelledError, match=f"cancelled: .* labeling job {own_id()} back"):
        run(event("Create"), aws.as_clients())

    assert aws.called("CreateLabelingJob") == []
    assert _marker(aws)["wanted"] is False


@pytest.mark.parametrize(
    ("operation", "call"), [("CreateLabelingJob", 1), ("DescribeLabelingJob", 2)]
)
def test_a_create_that_is_taken_back_while_its_job_is_made_stops_it(
    aws: _Interrupted, operation: str, call: int
) -> None:
    aws.before(operation, lambda: _delete(aws), call=call)

    with pytest.raises(CustomResourceError, match=r"cancelled|was stopped while it started"):
        run(event("Create"), aws.as_clients())

    assert aws.statuses() == {own_id(): "Stopped"}


def test_a_create_that_is_taken_back_at_its_very_end_is_cancelled(aws: _Interrupted) -> None:
    aws.objects["in"]["Input/1.txt"] = b"42"
    run(event("Create"), aws.as_clients())
    last = len(aws.called("PutObject"))
    again = _Interrupted()
    again.before("PutObject", lambda: _delete(again), call=last)

    with pytest.raises(CancelledError):
        run(event("Create"), again.as_clients())

    assert again.statuses() == {own_id(): "Stopped"}


def test_an_event_that_was_taken_back_stays_so_when_it_is_repeated(aws: _Interrupted) -> None:
    sent = event("Create")
    run(sent, aws.as_clients())
    _delete(aws)

    for _ in range(2):
        with pytest.raises(CancelledError):
            run(sent, aws.as_clients())

    assert aws.statuses() == {own_id(): "Stopped"}


def test_a_create_that_comes_after_its_own_delete_starts_nothing_and_the_next_one_does(
    aws: _Interrupted,
) -> None:
    run(event("Delete", PhysicalResourceId="dev-Job-1ABCDEF2345GH"), aws.as_clients())
    late = event("Create")

    for _ in range(2):
        with pytest.raises(CancelledError):
            run(late, aws.as_clients())

    assert aws.jobs == {}
    assert run(event("Create"), aws.as_clients()).data["JobName"] == own_id()


@pytest.mark.parametrize(("second", "is_cancelled"), [("00", True), ("02", False)])
def test_the_times_at_which_events_were_sent_tell_a_late_one_from_a_new_one(
    aws: _Interrupted, second: str, *, is_cancelled: bool
) -> None:
    def sent(kind: str, second: str, **more: Any) -> dict[str, Any]:
        url = f"https://example.com/answer?X-Amz-Date=20261124T1200{second}Z&X-Amz-Signature=secret"
        return event(kind, ResponseURL=url, **more)

    delete = sent("Delete", "01", PhysicalResourceId="dev-Job-1ABCDEF2345GH")
    run(delete, aws.as_clients())

    with contextlib.ExitStack() as stack:
        if is_cancelled:
            stack.enter_context(pytest.raises(CancelledError))
        run(sent("Create", second), aws.as_clients())


def test_an_update_that_comes_after_its_rollback_starts_nothing(aws: _Interrupted) -> None:
    run(event("Create"), aws.as_clients())
    new = properties(Revision="2")
    forth = event("Update", new, OldResourceProperties=properties(), PhysicalResourceId=own_id())
    back = event("Update", properties(), OldResourceProperties=new, PhysicalResourceId=own_id())
    for _ in range(2):
        run(back, aws.as_clients())

    with pytest.raises(CancelledError):
        run(forth, aws.as_clients())

    assert aws.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize(("seconds", "is_cancelled"), [(3_599, True), (3_601, False)])
def test_an_event_that_was_never_delivered_is_not_awaited_for_ever(
    aws: _Interrupted, seconds: int, *, is_cancelled: bool
) -> None:
    written = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    now = email.utils.format_datetime(written + datetime.timedelta(seconds=seconds), usegmt=True)
    times = {"LastModified": written, "ResponseMetadata": {"HTTPHeaders": {"date": now}}}
    run(event("Delete", PhysicalResourceId="dev-Job-1ABCDEF2345GH"), aws.as_clients())
    aws.times = times

    with contextlib.ExitStack() as stack:
        if is_cancelled:
            stack.enter_context(pytest.raises(CancelledError))
        run(event("Create"), aws.as_clients())


def test_a_job_that_was_made_by_a_run_that_died_after_the_delete_is_stopped_by_its_repetition(
    aws: _Interrupted,
) -> None:
    sent = event("Create")
    run(sent, aws.as_clients())
    _delete(aws)
    aws.ahead.clear()
    aws.jobs[own_id()]["LabelingJobStatus"] = "InProgress"

    with pytest.raises(CancelledError):
        run(sent, aws.as_clients())

    assert aws.statuses() == {own_id(): "Stopped"}


def test_another_event_wants_it_again(aws: _Interrupted) -> None:
    run(event("Create"), aws.as_clients())
    _delete(aws)

    outcome = run(event("Create"), aws.as_clients())

    assert outcome.data["JobName"] == f"{own_id()}-2"


def test_a_deployment_that_is_retried_with_its_request_id_is_another_event(
    aws: _Interrupted,
) -> None:
    sent = event("Create")
    run(sent, aws.as_clients())
    _delete(aws)

    outcome = run({**sent, "ResponseURL": "https://example.com/later"}, aws.as_clients())

    assert outcome.data["JobName"] == f"{own_id()}-2"


def test_an_update_whose_rollback_comes_first_starts_nothing(aws: _Interrupted) -> None:
    run(event("Create"), aws.as_clients())
    new = properties(Revision="2")
    back = event("Update", properties(), OldResourceProperties=new, PhysicalResourceId=own_id())
    aws.before("CreateLabelingJob", lambda: run(back, aws.as_clients()))

    with pytest.raises(CancelledError):
        run(
            event("Update", new, OldResourceProperties=properties(), PhysicalResourceId=own_id()),
            aws.as_clients(),
        )

    assert aws.statuses() == {own_id(): "InProgress", own_id(new): "Stopped"}


def test_two_events_of_the_same_content_at_the_same_time_make_one_job(aws: _Interrupted) -> None:
    sent = event("Create")
    aws.before("CreateLabelingJob", lambda: run(sent, aws.as_clients()))

    run(sent, aws.as_clients())

    assert aws.statuses() == {own_id(): "InProgress"}


def test_a_resource_without_a_job_is_ready_too(aws: _Interrupted) -> None:
    aws.objects["in"].clear()
    props = input_properties(WhenEmpty="skip")

    run(event("Create", props), aws.as_clients())

    assert _marker(aws)["ready"] is True


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"no json"])
def test_a_damaged_marker_is_written_anew(aws: _Interrupted, content: bytes) -> None:
    aws.objects["out"][_MARKER] = content

    run(event("Create"), aws.as_clients())

    assert _marker(aws)["ready"] is True


def test_a_rollback_does_not_need_the_bucket(aws: _Interrupted) -> None:
    new = properties(Revision="2")
    run(event("Create"), aws.as_clients())
    run(
        event("Update", new, OldResourceProperties=properties(), PhysicalResourceId=own_id()),
        aws.as_clients(),
    )
    for operation in ("GetObject", "PutObject"):
        aws.refuse(operation, "NoSuchBucket", "The bucket does not exist", times=99)

    back = event("Update", properties(), OldResourceProperties=new, PhysicalResourceId=own_id(new))

    assert run(back, aws.as_clients()).data["JobName"] == own_id()


def test_no_job_is_made_that_could_not_be_taken_back(aws: _Interrupted) -> None:
    aws.refuse("PutObject", "NoSuchBucket", "The bucket does not exist", times=99)

    with pytest.raises(Exception, match="The bucket does not exist"):
        run(event("Create"), aws.as_clients())

    assert aws.called("CreateLabelingJob") == []
