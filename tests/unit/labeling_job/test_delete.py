"""Delete: what is ours and runs is stopped, and nothing else is touched."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from labeling_job.resource import run
from tests.unit.fake_services import RefusedError
from tests.unit.labeling_job.labeling_job_aws import OWNER_TAGS, FakeAws, event, own_id, properties


def _delete(aws: FakeAws, identity: str = own_id(), props: Any = None) -> None:
    run(event("Delete", props, PhysicalResourceId=identity), aws.as_clients())


def test_delete_of_a_missing_job_succeeds() -> None:
    aws = FakeAws()

    _delete(aws)

    looks = aws.called("DescribeLabelingJob")
    assert {look["LabelingJobName"] for look in looks} == {own_id()}
    assert aws.jobs == {}


@pytest.mark.parametrize("status", ["Initializing", "InProgress"])
def test_delete_stops_a_job_and_waits_for_its_end(status: str) -> None:
    aws = FakeAws(stop_course=("Stopping", "Stopping", "Stopped"))
    aws.add_job(own_id(), status)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_delete_leaves_a_job_that_has_ended_alone(status: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), status)

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


def test_delete_stops_every_run_of_the_resource() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopped")
    aws.add_job(f"{own_id()}-2", "InProgress")
    aws.add_job(f"{own_id()}-3", "InProgress")

    _delete(aws)

    assert set(aws.statuses().values()) == {"Stopped"}


@pytest.mark.parametrize(
    "tags",
    [
        {"team": "others"},
        {**OWNER_TAGS, "ground-truth-cdk:stack": "another"},
        {**OWNER_TAGS, "ground-truth-cdk:resource": "Renamed"},
    ],
)
def test_delete_never_stops_a_job_of_somebody_else(tags: dict[str, str]) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress", tags=tags)

    _delete(aws)

    assert aws.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize("looks", [5, 7, 999])
def test_delete_stops_a_job_of_ours_whose_tags_show_late_or_never(looks: int) -> None:
    aws = FakeAws(looks_without_tags=looks)
    aws.add_job(own_id(), "InProgress")

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_leaves_a_job_without_tags_alone_whose_name_we_never_give() -> None:
    aws = FakeAws()
    aws.add_job(own_id().upper(), "InProgress", tags={})

    _delete(aws)

    assert aws.statuses() == {own_id().upper(): "InProgress"}


def test_delete_does_not_lose_a_job_that_is_refused_while_the_list_is_behind() -> None:
    aws = FakeAws(lists_behind=1)
    aws.add_job(own_id(), "InProgress")
    aws.refuse("DescribeLabelingJob", "ValidationException", "It can't be done now")

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


class _Late(FakeAws):
    """Describes the second run from the second look on."""

    looks = 0

    def _describe_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self.looks += parameters["LabelingJobName"].endswith("-2")
        if self.looks == 1:
            raise RefusedError("ValidationException", "It can't be done now")
        return super()._describe_labeling_job(parameters)


@pytest.mark.parametrize("before", ["Failed", "Stopped"])
def test_delete_does_not_lose_the_run_after_one_that_has_come_to_nothing(before: str) -> None:
    aws = _Late(lists_behind=1)
    aws.add_job(own_id(), before)
    aws.add_job(f"{own_id()}-2", "InProgress")

    _delete(aws)

    assert aws.statuses()[f"{own_id()}-2"] == "Stopped"


def test_a_job_that_is_kept_is_not_lost_while_the_list_is_behind() -> None:
    aws = FakeAws(lists_behind=1)
    aws.add_job(own_id(), "InProgress")
    aws.refuse("DescribeLabelingJob", "ValidationException", "It can't be done now")

    with pytest.raises(CustomResourceError, match="keeps it at work"):
        _delete(aws, props=properties(StopOnDelete="false"))


@pytest.mark.parametrize(
    "identity", ["dev-Labeling-Job-1ABCDEF2345GH", "EvenOddJob-invalid", "", "x" * 500, "none"]
)
def test_delete_of_a_made_up_id_succeeds(identity: str) -> None:
    aws = FakeAws()
    aws.add_job("dev-even-odd-0123456789", "InProgress")

    _delete(aws, identity, props={})

    assert aws.calls == []


def test_delete_of_a_made_up_id_stops_the_job_of_a_create_that_was_never_answered() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws, "dev-Labeling-Job-1ABCDEF2345GH", props=properties(StopOnDelete="false"))

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_twice_succeeds() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws)
    _delete(aws)

    assert len(aws.called("StopLabelingJob")) == 1


@pytest.mark.parametrize("props", [{}, {"Input": "broken"}, {"NamePrefix": ["x"]}])
def test_delete_does_not_look_at_the_properties(props: dict[str, Any]) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws, props=props)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_writes_and_deletes_nothing_but_its_marker() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws)

    assert {name for name, _ in aws.calls} == {
        "DescribeLabelingJob",
        "GetObject",
        "ListLabelingJobs",
        "PutObject",
        "StopLabelingJob",
    }
    assert list(aws.objects["out"]) == [f"requests/even-odd/wanted/{own_id()}.json"]


def test_delete_without_files_calls_no_other_service() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws, props={})

    assert {name for name, _ in aws.calls} == {
        "DescribeLabelingJob",
        "ListLabelingJobs",
        "StopLabelingJob",
    }


@pytest.mark.parametrize("operation", ["GetObject", "PutObject"])
@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket", "KMS.DisabledException"])
def test_delete_does_not_need_the_bucket(operation: str, code: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse(operation, code, "no", times=99)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_does_not_wait_for_ever_for_a_job_that_is_being_stopped() -> None:
    aws = FakeAws(stop_course=("Stopping",))
    aws.add_job(own_id(), "InProgress")

    _delete(aws)

    assert 290 <= aws.time <= 300


def test_delete_of_a_job_that_is_being_stopped_does_not_stop_it_again() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopping")

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


def test_delete_goes_on_when_the_job_ends_before_it_is_stopped() -> None:
    aws = FakeAws()
    job = aws.add_job(own_id(), "InProgress")
    aws.ahead[own_id()] = ["InProgress", "InProgress", "Completed"]
    aws.refuse("StopLabelingJob", "ValidationException", "The request was rejected: Completed")

    _delete(aws)

    assert job["LabelingJobStatus"] == "Completed"


def test_delete_asks_again_until_a_job_can_be_stopped() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Initializing")
    aws.refuse("StopLabelingJob", "ValidationException", "The job is Initializing", times=4)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_fails_when_a_live_job_never_accepts_to_be_stopped() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse("StopLabelingJob", "ValidationException", "Not now", times=999)

    with pytest.raises(CustomResourceError, match=r"is InProgress and stays so.*Not now"):
        _delete(aws)


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_delete_without_permission_says_what_to_do(operation: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    message = f"User: x is not authorized to perform: sagemaker:{operation} on resource: y"
    aws.refuse(operation, "AccessDeniedException", message)

    with pytest.raises(CustomResourceError) as refused:
        _delete(aws)

    assert message in str(refused.value)
    assert f"stop-labeling-job --labeling-job-name {own_id()}" in str(refused.value)
    assert "--retain-resources EvenOddJob" in str(refused.value)


def test_delete_without_permission_names_the_run_that_is_live() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopped")
    aws.add_job(f"{own_id()}-2", "InProgress")
    aws.refuse("StopLabelingJob", "AccessDeniedException", "User: x is not authorized")

    with pytest.raises(CustomResourceError, match=f"--labeling-job-name {own_id()}-2`"):
        _delete(aws)


def test_delete_without_permission_to_stop_succeeds_for_a_job_that_has_ended() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Completed")
    aws.refuse("StopLabelingJob", "AccessDeniedException", "denied", times=999)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Completed"}


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_delete_survives_too_many_calls(operation: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse(operation, "ThrottlingException", "Rate exceeded", times=4)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_does_not_take_a_refusal_for_absent_where_the_list_has_the_job() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse("DescribeLabelingJob", "ValidationException", "The request is malformed", times=99)

    with pytest.raises(CustomResourceError, match=r"can't be looked at: .*malformed"):
        _delete(aws)


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException"])
def test_delete_goes_by_the_code_where_the_role_may_not_list_jobs(code: str) -> None:
    aws = FakeAws()
    aws.refuse("DescribeLabelingJob", code, "Who?")
    aws.refuse("ListLabelingJobs", "AccessDeniedException", "is not authorized to perform: it")

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


def test_delete_fails_where_nothing_says_whether_there_is_a_job() -> None:
    aws = FakeAws()
    aws.refuse("DescribeLabelingJob", "Confusion", "Who?")
    aws.refuse("ListLabelingJobs", "AccessDeniedException", "is not authorized to perform: it")

    with pytest.raises(CustomResourceError, match="may be running and can't be stopped"):
        _delete(aws)


_KEPT = properties(StopOnDelete="false")


def _made(aws: FakeAws, props: dict[str, Any] = _KEPT) -> None:
    """Let a Create start the job."""
    aws.objects["in"]["Input/1.txt"] = b"42"
    run(event("Create", props), aws.as_clients())


def test_a_job_at_work_is_kept_where_the_file_says_so() -> None:
    aws = FakeAws()
    _made(aws)
    aws.jobs[own_id()]["LabelCounters"] = {"TotalLabeled": 1, "Unlabeled": 3}

    for _ in range(3):
        with pytest.raises(CustomResourceError) as refused:
            _delete(aws, props=_KEPT)

    assert str(refused.value) == (
        f"labeling job {own_id()} is InProgress with 1 of 4 data objects labeled, and "
        "`stop_on_delete: false` keeps it at work. Wait until it has ended, or deploy it with "
        "`stop_on_delete: true` before you remove it"
    )
    assert aws.statuses() == {own_id(): "InProgress"}


def test_a_job_from_before_there_were_markers_is_kept_too() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    with pytest.raises(CustomResourceError, match="keeps it at work"):
        _delete(aws, props=_KEPT)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_a_job_that_has_ended_is_not_in_the_way_of_a_delete(status: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), status)

    _delete(aws, props=_KEPT)

    assert aws.called("StopLabelingJob") == []


def test_a_job_that_was_replaced_is_stopped_all_the_same() -> None:
    aws = FakeAws()
    _made(aws)
    new = properties(Revision="2", StopOnDelete="false")
    update = event(
        "Update", new, OldResourceProperties=_KEPT, PhysicalResourceId=own_id(), RequestId="update"
    )
    run(update, aws.as_clients())

    _delete(aws, props=_KEPT)

    assert aws.statuses() == {own_id(): "Stopped", own_id(new): "InProgress"}


def test_a_job_whose_replacement_was_rolled_back_is_kept() -> None:
    aws = FakeAws()
    _made(aws)
    new = properties(Revision="2", StopOnDelete="false")
    forth = event("Update", new, OldResourceProperties=_KEPT, PhysicalResourceId=own_id())
    run(forth, aws.as_clients())
    back = event("Update", _KEPT, OldResourceProperties=new, PhysicalResourceId=own_id())
    run(back, aws.as_clients())

    with pytest.raises(CustomResourceError, match="keeps it at work"):
        _delete(aws, props=_KEPT)

    assert aws.statuses() == {own_id(): "InProgress", own_id(new): "Stopped"}


def test_the_job_of_an_update_that_was_rolled_back_is_stopped_all_the_same() -> None:
    aws = FakeAws()
    _made(aws)
    new = properties(Revision="2", StopOnDelete="false")
    forth = event("Update", new, OldResourceProperties=_KEPT, PhysicalResourceId=own_id())
    run(forth, aws.as_clients())
    back = event("Update", _KEPT, OldResourceProperties=new, PhysicalResourceId=own_id(new))
    run(back, aws.as_clients())

    _delete(aws, own_id(new), props=new)

    assert aws.statuses() == {own_id(): "InProgress", own_id(new): "Stopped"}


def test_the_job_of_a_create_that_failed_is_stopped_all_the_same() -> None:
    aws = FakeAws(course=("Initializing",))
    aws.refuse("StopLabelingJob", "AccessDeniedException", "denied")
    with pytest.raises(CustomResourceError, match="did not start in time"):
        _made(aws)
    aws.ahead[own_id()] = ["InProgress"]

    _delete(aws, props=_KEPT)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_a_closed_account_s_words_for_one_job_do_not_leave_it_at_work() -> None:
    aws = FakeAws(course=("InProgress",))
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.refuse("StopLabelingJob", "ValidationException", "Only for existing customers", times=99)
    aws.refuse("DescribeLabelingJob", "ValidationException", "Only for existing customers", times=2)
    with pytest.raises(ClientError):
        run(event("Create"), aws.as_clients())
    aws.add_job(own_id(), "InProgress")

    with pytest.raises(ClientError):
        _delete(aws)
