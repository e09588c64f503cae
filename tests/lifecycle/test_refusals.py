"""Whatever AWS answers, by any code and in any words: nothing hangs and nothing is lost."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lifecycle.cloudformation import CloudFormation, stringified
from tests.lifecycle.conftest import new_world
from tests.lifecycle.people import People, PeopleStack, PeopleWorld
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import OWNER_TAGS, own_id, properties

#: Somebody else has the name of the job of this revision.
_FOREIGN_REVISION = 3

_OPERATIONS = st.sampled_from(
    [
        *("AddTags", "CreateLabelingJob", "DeleteTags", "DescribeLabelingJob", "GetObject"),
        *("ListLabelingJobs", "ListObjectsV2", "PutObject", "StopLabelingJob"),
    ]
)
_CODES = st.one_of(
    st.sampled_from(
        [
            *("AccessDenied", "AccessDeniedException", "ConflictException", "InternalFailure"),
            *("NoSuchKey", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound"),
            *("SlowDown", "ThrottlingException", "ValidationException"),
        ]
    ),
    st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=20),
)
#: Parts of what AWS says, in no order that it says them in, and what users may have named. An
#: account that has jobs is not told that Ground Truth is closed to it.
_WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("not found", "does not exist", "role", "assume", "permission", "CORS", "Rate"),
                *("not authorized to perform: it", "exists already", "is disabled", "kms", "job"),
                *("Could not find requested job with name", "Unable to describe", own_id()),
                *("retired", "discontinued", "cors-check", "dev-kms-disabled", "new accounts"),
                *("This operation is currently not supported", "s3://in/role/CORS", "'retired'"),
                "arn:aws:iam::111122223333:role/dev-retired-cards",
            ]
        ),
        st.text(max_size=10),
    ),
    max_size=6,
).map(" ".join)
_TIMES = st.sampled_from([1, 2, 5, 999])
#: Operation, code, words and how often.
_REFUSALS = st.lists(st.tuples(_OPERATIONS, _CODES, _WORDS, _TIMES), max_size=3)
#: Nothing says whether a job is there that may be neither described nor listed: then the code does.
_ANY = _REFUSALS.filter(
    lambda refusals: (
        not any(
            operation == "ListLabelingJobs" and code.startswith("AccessDenied")
            for operation, code, *_ in refusals
        )
    )
)
#: What is said of a job that may be at work.
_NOT_STOPPED = ("be running", "can't be looked at", "could not yet stop", "stays so")
_DEPLOYMENTS = st.tuples(st.integers(1, _FOREIGN_REVISION), st.integers(0, 1))


def _version(revision: int, tag: int) -> dict[str, Any]:
    return properties(Revision=revision, Tags=[{"Key": "cost", "Value": str(tag)}])


@settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(st.one_of(st.none(), _DEPLOYMENTS), _ANY), min_size=1, max_size=5))
def test_no_refusal_makes_anything_hang_loses_a_job_or_stops_that_of_somebody_else(
    steps: list[tuple[tuple[int, int] | None, list[tuple[str, str, str, int]]]],
) -> None:
    world = new_world()
    cloudformation = CloudFormation(world)
    foreign = own_id(stringified(_version(_FOREIGN_REVISION, 0)))
    world.add_job(foreign, "InProgress", tags={"team": "others"})
    before = {**world.jobs[foreign]}

    for deployment, refusals in steps:
        for operation, code, words, times in refusals:
            world.refuse(operation, code, words, times=times)
        if deployment is None:
            cloudformation.destroy()
        else:
            cloudformation.deploy(_version(*deployment))
        world.forgive()
        assert world.jobs[foreign] == before
        if cloudformation.properties is None:
            assert not _ours(world) - _told(world)
    world.end_of_late_runs()

    assert not any(run.dead for run in world.runs)
    cloudformation.check_answers()
    assert cloudformation.destroy().status == "DELETE_COMPLETE"
    assert not _ours(world) - _told(world)
    assert world.jobs[foreign] == before


_PEOPLE_OPERATIONS = st.sampled_from(
    [
        *("AdminAddUserToGroup", "AdminCreateUser", "AdminDeleteUser", "AdminDisableUser"),
        *("AdminListGroupsForUser", "AdminRemoveUserFromGroup", "DescribeUserPool"),
        *("DescribeUserPoolClient", "DescribeWorkforce", "DescribeWorkteam", "ListUsers"),
        *("ListUsersInGroup", "ListWorkforces", "ListWorkteams", "UpdateUserPool"),
        *("UpdateUserPoolClient", "UpdateWorkteam"),
    ]
)
_OTHER_PEOPLE = People(teams={"readers": ("bo@example.com", "cy@example.com")})


@settings(
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.sampled_from([None, _OTHER_PEOPLE]),
    st.lists(st.tuples(_PEOPLE_OPERATIONS, _CODES, _WORDS, _TIMES), min_size=1, max_size=3),
)
def test_case_99_no_refusal_makes_people_s_resources_hang_or_stay(
    people: People | None, refusals: list[tuple[str, str, str, int]]
) -> None:
    world = PeopleWorld()
    stack = PeopleStack(world)
    stack.deploy(People())
    for operation, code, words, times in refusals:
        world.refuse(operation, code, words, times=times)

    if people is None:
        stack.destroy()
    else:
        stack.deploy(people)
    world.forgive()
    destroyed = stack.destroy()

    assert not any(run.dead for run in world.runs)
    assert all(world.answers[run.event["ResponseURL"]] for run in world.runs)
    assert destroyed == "DELETE_COMPLETE"
    assert not any(value for name, value in world.state().items() if name != "mails")


def _ours(world: World) -> set[str]:
    """Return the jobs of the stack that would go on."""
    return {
        name
        for name in world.live_jobs()
        if OWNER_TAGS.items()
        <= {tag["Key"]: tag["Value"] for tag in world.jobs[name]["Tags"]}.items()
    }


def _told(world: World) -> set[str]:
    """Return the jobs of which people were told that they may be running and how to stop them.

    CloudFormation forgets what could not be cleaned up three times.
    """
    reasons = [
        json.loads(body)["Reason"] for answers in world.answers.values() for _, body in answers
    ]
    return {
        name
        for name in world.jobs
        if any(
            name in reason and any(words in reason for words in _NOT_STOPPED) for reason in reasons
        )
    }
