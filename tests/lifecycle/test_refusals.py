"""Whatever AWS answers, by any code and in any words: nothing hangs and nothing is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lifecycle.cloudformation import CloudFormation, stringified
from tests.lifecycle.conftest import new_world
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
#: Parts of what AWS says, in no order that it says them in. An account that has jobs is not told
#: that Ground Truth is closed to it.
_WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("not found", "does not exist", "role", "assume", "permission", "CORS", "Rate"),
                *("not authorized to perform: it", "exists already", "is disabled", "kms", "job"),
                *("Could not find requested job with name", "Unable to describe", own_id()),
            ]
        ),
        st.text(max_size=10),
    ),
    max_size=6,
).map(" ".join)
#: Operation, code, words and how often.
_REFUSALS = st.lists(
    st.tuples(_OPERATIONS, _CODES, _WORDS, st.sampled_from([1, 2, 5, 999])), max_size=3
)
#: Nothing says whether a job is there that may be neither described nor listed: then the code does.
_TOLD = _REFUSALS.filter(
    lambda refusals: (
        not any(
            operation == "ListLabelingJobs" and code.startswith("AccessDenied")
            for operation, code, *_ in refusals
        )
    )
)
_DEPLOYMENTS = st.tuples(st.integers(1, _FOREIGN_REVISION), st.integers(0, 1))


def _version(revision: int, tag: int) -> dict[str, Any]:
    return properties(Revision=revision, Tags=[{"Key": "cost", "Value": str(tag)}])


@settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(st.one_of(st.none(), _DEPLOYMENTS), _TOLD), min_size=1, max_size=5))
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
            destroyed = cloudformation.destroy().status == "DELETE_COMPLETE"
            assert not destroyed or not _ours(world)
        else:
            cloudformation.deploy(_version(*deployment))
        world.forgive()
        assert world.jobs[foreign] == before
    world.end_of_late_runs()

    assert not any(run.dead for run in world.runs)
    cloudformation.check_answers()
    assert cloudformation.destroy().status == "DELETE_COMPLETE"
    assert not _ours(world)
    assert world.jobs[foreign] == before


def _ours(world: World) -> set[str]:
    """Return the jobs of the stack that would go on."""
    return {
        name
        for name in world.live_jobs()
        if OWNER_TAGS.items()
        <= {tag["Key"]: tag["Value"] for tag in world.jobs[name]["Tags"]}.items()
    }
