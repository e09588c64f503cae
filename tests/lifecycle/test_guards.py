"""Without any one of its guards the function fails the case that the guard is there for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from tests.lifecycle import (
    test_data_objects,
    test_events,
    test_jobs,
    test_permissions,
    test_stacks,
    test_starts,
)
from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.conftest import new_world
from tests.lifecycle.stand_ins import false, nothing, true
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import own_id


def _unchanged(tags: Mapping[str, str]) -> dict[str, str]:
    return dict(tags)


def _without_conditions(identity: str, marker: Any, before: Any, place: Any, aws: Any) -> None:
    from labeling_job.job import desired_state

    del before
    desired_state._put(identity, marker, place, aws)


def _stop_unseen(name: str, aws: Any, *, until: float) -> None:
    from labeling_job.job import jobs

    del until
    jobs._stop(name, aws)


def _no_labels(*_: Any) -> frozenset[bytes]:
    return frozenset()


def _beside(world: World, cloudformation: CloudFormation) -> None:
    """Run case 8 for every step, as pytest does."""
    del world, cloudformation
    for steps in range(test_events._STEPS_TO_MARKER, test_events._STEPS):
        fresh = new_world()
        test_events.test_case_08_a_delete_beside_its_create_leaves_no_job_at_work(
            fresh, CloudFormation(fresh), steps
        )


#: What the guard is, where it is, what stands in its place, and the case that turns red.
_GUARDS: Final[list[tuple[str, str, Any, Callable[..., None], tuple[Any, ...]]]] = [
    (
        "owner tags of a job that has the wanted name",
        "labeling_job.job.jobs.Job.belongs_to",
        true,
        test_jobs.test_case_41_a_name_that_somebody_else_s_job_has_is_refused_and_that_job_left_alone,
        ({"team": "others"}, own_id()),
    ),
    (
        "owner tags of a job that is deleted",
        "labeling_job.job.jobs.Job.belongs_to",
        true,
        test_events.test_case_29_a_delete_of_the_old_logical_id_leaves_the_job_of_the_new_one_alone,
        (),
    ),
    (
        "wait for tags that appear late",
        "labeling_job.job.jobs._TAG_ATTEMPTS",
        0,
        test_jobs.test_case_51_tags_that_appear_late_are_waited_for,
        (),
    ),
    (
        "look at whether the job is still wanted",
        "labeling_job.job.desired_state.check",
        nothing,
        _beside,
        (),
    ),
    (
        "word of a Delete to its Create",
        "labeling_job.job.desired_state.withdraw",
        nothing,
        _beside,
        (),
    ),
    (
        "condition that a marker is the one that was read",
        "labeling_job.job.desired_state._write",
        _without_conditions,
        _beside,
        (),
    ),
    (
        "id of a resource that CloudFormation was never told",
        "labeling_job.request._id_or_none",
        nothing,
        test_events.test_case_26_a_job_whose_create_died_for_good_is_stopped_by_the_delete,
        (),
    ),
    (
        "describe before stop",
        "labeling_job.job.jobs.stop",
        _stop_unseen,
        test_jobs.test_case_47_a_delete_of_a_job_that_has_ended_stops_nothing,
        ("Completed",),
    ),
    (
        "bound of the wait for a stop",
        "labeling_job.job.stop._STOP_WINDOW",
        1e9,
        test_jobs.test_case_48_a_delete_of_a_job_that_is_being_stopped_waits_for_some_minutes_at_most,
        (),
    ),
    (
        "adoption of the resource's own job",
        "labeling_job.job.jobs.find",
        nothing,
        test_events.test_case_26_a_job_that_was_started_by_a_run_that_died_is_found,
        (),
    ),
    (
        "retry window of a new role",
        "custom_resource.retry.may_pass",
        false,
        test_permissions.test_case_30_a_role_that_can_not_be_assumed_yet_is_waited_for,
        (),
    ),
    (
        "end of tries at what will not pass",
        "custom_resource.retry.may_pass",
        true,
        test_jobs.test_case_42_a_quota_is_named_and_not_tried_again,
        (),
    ),
    (
        "size cut of the answer",
        "custom_resource.response.MAXIMUM_BODY",
        1_000_000,
        test_events.test_case_21_an_answer_is_cut_to_what_cloudformation_takes_and_stays_complete,
        ("é",),
    ),
    (
        "list that shows that a job is there",
        "labeling_job.job.jobs.is_listed",
        false,
        test_jobs.test_case_50_a_job_that_is_in_the_list_is_there_whatever_it_is_refused_with,
        (("ValidationException", "Could not find it"),),
    ),
    (
        "list that shows that a job is absent",
        "labeling_job.job.jobs.is_listed",
        true,
        test_jobs.test_case_50_a_job_that_is_not_in_the_list_is_absent_whatever_it_is_refused_with,
        (("ValidationException", "Could not find it"),),
    ),
    (
        "wait until a job has counted its data objects",
        "labeling_job.job.beginning.has_begun",
        true,
        test_starts.test_a_job_that_fails_after_it_was_in_progress_fails_its_deployment,
        (60,),
    ),
    (
        "bound of that wait",
        "labeling_job.job.beginning.CONFIRMATION",
        1e9,
        test_starts.test_a_job_that_never_counts_is_waited_for_two_minutes,
        ({},),
    ),
    (
        "age of a job that is found at work",
        "labeling_job.job.jobs.seconds_since",
        lambda *_: 0.0,
        test_starts.test_a_job_that_was_at_work_before_is_not_waited_for,
        (),
    ),
    (
        "patience with many calls",
        "custom_resource.retry.is_busy",
        false,
        test_starts.test_what_is_busy_is_tried_again,
        ("CreateLabelingJob", "ThrottlingException"),
    ),
    (
        "refusal to change what is at work",
        "labeling_job.resource.guard_change",
        nothing,
        test_events.test_case_13_an_update_of_a_job_that_must_not_be_replaced_fails_and_the_job_goes_on,
        (),
    ),
    (
        "refusal to stop what is at work",
        "labeling_job.job.stop.guard_deletion",
        nothing,
        test_stacks.test_case_77_a_job_that_may_not_be_stopped_fails_the_destruction_and_goes_on,
        (),
    ),
    (
        "labels of earlier runs",
        "labeling_job.resource.labeled_before",
        _no_labels,
        test_events.test_case_12_the_new_job_leaves_out_what_the_old_one_has_labeled,
        (),
    ),
    (
        "reserve of tags",
        "labeling_job.job.jobs.without_reserved",
        _unchanged,
        test_jobs.test_case_55_reserved_tags_are_never_set,
        (),
    ),
    (
        "own files that are no input",
        "labeling_job.source.listing._own_prefixes",
        lambda _: (),
        test_data_objects.test_case_67_what_a_job_writes_is_never_its_input,
        (),
    ),
]


@pytest.mark.parametrize(
    ("place", "replacement", "case", "arguments"),
    [guard[1:] for guard in _GUARDS],
    ids=[guard[0].replace(" ", "_") for guard in _GUARDS],
)
def test_a_case_turns_red_without_the(
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    replacement: Any,
    case: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    world = new_world()
    case(world, CloudFormation(world), *arguments)

    monkeypatch.setattr(place, replacement)

    world = new_world()
    with pytest.raises(AssertionError):
        case(world, CloudFormation(world), *arguments)
