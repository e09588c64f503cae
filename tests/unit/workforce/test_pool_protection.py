"""A pool whose first deployment is taken back can be deleted, and no other."""

import botocore.session
import pytest
from botocore.exceptions import ClientError

from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, delete, update

_PROPERTIES = {"ServiceToken": "arn", "ServiceTimeout": "1200", "UserPoolId": POOL}
_FIRST = "ROLLBACK_IN_PROGRESS"
_MODEL = botocore.session.get_session().get_service_model("cloudformation")
_STATUSES = _MODEL.shape_for("StackStatus").enum  # type: ignore[attr-defined]  # it is a text of these


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople(stack_status=_FIRST)
    made.add_pool(UserPoolTags={"team": "readers", "aws:cloudformation:stack-name": "dev"})
    return made


def test_a_first_deployment_that_is_taken_back_may_delete_its_pool(aws: FakePeople) -> None:
    before = {**aws.pools[POOL], "UserPoolTags": {"team": "readers"}}

    delete(aws, "PoolProtection", _PROPERTIES)

    assert aws.pools[POOL] == {**before, "DeletionProtection": "INACTIVE"}


@pytest.mark.parametrize("status", [each for each in _STATUSES if each != _FIRST])
def test_no_other_end_switches_the_protection_off(aws: FakePeople, status: str) -> None:
    aws.stack_status = status

    delete(aws, "PoolProtection", _PROPERTIES)

    assert aws.writes() == []


def test_to_make_or_change_it_does_nothing(aws: FakePeople) -> None:
    create(aws, "PoolProtection", _PROPERTIES)
    update(aws, "PoolProtection", {**_PROPERTIES, "UserPoolId": f"{POOL}2"}, _PROPERTIES)

    assert aws.calls == []


def test_a_pool_that_is_gone_needs_no_protection(aws: FakePeople) -> None:
    aws.pools.clear()

    delete(aws, "PoolProtection", _PROPERTIES)

    assert aws.writes() == []


def test_what_was_never_made_needs_none_either(aws: FakePeople) -> None:
    delete(aws, "PoolProtection", {"ServiceToken": "arn"})

    assert aws.calls == []


def test_a_stack_that_can_not_be_looked_at_is_not_taken_for_one_that_is_destroyed(
    aws: FakePeople,
) -> None:
    aws.refuse("DescribeStacks", "AccessDenied", "not authorized", times=1_000)

    with pytest.raises(ClientError, match="AccessDenied"):
        delete(aws, "PoolProtection", _PROPERTIES)
