"""What `ground-truth drift` says of people."""

import pytest
from botocore.exceptions import ClientError

from cli.aws.people_drift import people_drift
from ground_truth.config import Environment
from tests.unit.cli.commands.deployed_people import ANA, BO, CY, DeployedPeople
from tests.unit.workforce.cognito_pools import POOL


@pytest.fixture
def aws() -> DeployedPeople:
    made = DeployedPeople()
    made.deploy((ANA, BO, CY))
    return made


def test_people_are_looked_at_where_a_resource_differs_too(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.delete_by_hand(BO)
    aws.users[POOL][aws.name_of(CY)]["Enabled"] = False

    found = people_drift(environment, aws.services(), differs=True)

    assert found.differences == (
        "worker 2 (B.) has no account",
        "worker 3 (C.) is disabled by hand",
    )
    assert found.not_compared == ""


def test_of_two_accounts_the_one_is_looked_at_that_is_the_person_s(
    environment: Environment, aws: DeployedPeople
) -> None:
    # Disabled by hand, and kept; the present one was made by hand, and is in the team.
    aws.switch(ANA, enabled=False)
    aws.groups[POOL]["dev-readers"].discard(aws.name_of(ANA))
    aws.add_user(ANA, "dev-readers", username="ana")

    found = people_drift(environment, aws.services(), differs=False)

    assert found.differences == ()


def test_a_pool_that_somebody_has_deleted_is_told_beside_what_differs(
    environment: Environment, aws: DeployedPeople
) -> None:
    del aws.pools[POOL]

    found = people_drift(environment, aws.services(), differs=True)

    assert found.differences == ()
    assert found.not_compared == "DescribeUserPool was refused with ResourceNotFoundException"
    with pytest.raises(ClientError):
        people_drift(environment, aws.services(), differs=False)
