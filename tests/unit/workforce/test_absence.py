"""A workforce or a team is absent when the lists say so, in whatever words it is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.workforce.workforce_aws import NAME, FakePeople
from tests.unit.workforce.workforce_events import access_properties, create, delete
from workforce import workforces

_REFUSALS = [
    ("ResourceNotFound", "Nothing is known of it"),
    ("ValidationException", "Could not find it"),
    ("Confusion", "Quoi ?"),
]
_ANY = pytest.mark.parametrize(("code", "message"), _REFUSALS)


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_workforce()
    made.add_team("dev-readers")
    return made


@_ANY
def test_a_workforce_that_no_list_has_is_absent(aws: FakePeople, code: str, message: str) -> None:
    aws.refuse("DescribeWorkforce", code, message)

    assert workforces.find("other", aws.as_clients()) is None


@_ANY
def test_a_workforce_that_is_listed_is_there(aws: FakePeople, code: str, message: str) -> None:
    aws.refuse("DescribeWorkforce", code, message)

    found = workforces.find(NAME, aws.as_clients())

    assert found is not None
    assert found["WorkforceName"] == NAME


@_ANY
def test_a_team_that_no_list_has_needs_no_cleaning_up(
    aws: FakePeople, code: str, message: str
) -> None:
    aws.add_team("dev-readers-2")
    aws.refuse("DescribeWorkteam", code, message)

    delete(aws, "WorkerAccess", access_properties(Teams=["dev-read"]))

    assert aws.writes() == []


@_ANY
def test_a_team_that_is_listed_is_not_taken_for_gone(
    aws: FakePeople, code: str, message: str
) -> None:
    aws.refuse("DescribeWorkteam", code, message, times=99)

    with pytest.raises(ClientError, match=code):
        delete(aws, "WorkerAccess", access_properties())


@pytest.mark.parametrize("operation", ["DescribeWorkforce", "DescribeWorkteam"])
def test_what_may_not_be_looked_at_is_not_absent(aws: FakePeople, operation: str) -> None:
    denied = f"not authorized to perform: sagemaker:{operation}"
    aws.refuse(operation, "AccessDeniedException", denied, times=99)
    actions: dict[str, Any] = {
        "DescribeWorkforce": lambda: workforces.find("other", aws.as_clients()),
        "DescribeWorkteam": lambda: create(aws, "WorkerAccess", access_properties()),
    }

    with pytest.raises(ClientError, match="not authorized"):
        actions[operation]()
