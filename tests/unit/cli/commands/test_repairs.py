"""`ground-truth workers ENV --fix`: what was done to people by hand is found and put right."""

from typing import Any

import pytest

from cli.aws.people import PeopleError, find
from cli.aws.people_to_do import to_do
from cli.aws.repairs import differences, fix, without_addresses
from ground_truth.config import Environment
from tests.unit.cli.commands.deployed_people import ANA, BO, CY, DeployedPeople
from tests.unit.workforce.cognito_pools import POOL

_EVERYBODY = (ANA, BO, CY)
_INVITED = "FORCE_CHANGE_PASSWORD"


@pytest.fixture
def aws() -> DeployedPeople:
    made = DeployedPeople()
    made.deploy(_EVERYBODY)
    return made


def _found(environment: Environment, aws: DeployedPeople) -> dict[str, list[str]]:
    return differences(environment, find(environment, aws.services()))


def test_what_is_as_deployed_differs_in_nothing(
    environment: Environment, aws: DeployedPeople
) -> None:
    assert _found(environment, aws) == {}


def test_a_user_who_was_deleted_by_hand_is_found_and_invited_again(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.delete_by_hand(ANA)
    found = _found(environment, aws)

    said = fix(environment, aws.services())

    assert found == {ANA: ["has no account"]}
    assert said.startswith("3 workers, 3 of them invited")
    assert aws.mails == [*_EVERYBODY, ANA]
    assert _found(environment, aws) == {}


def test_a_stranger_in_a_team_is_found_and_taken_out(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.add_user("mallory@example.com", "dev-readers")
    found = _found(environment, aws)
    said = to_do(environment, find(environment, aws.services()))

    fix(environment, aws.services())

    words = "is in dev-readers, which the file does not say"
    assert found == {"mallory@example.com": [words]}
    assert f"mallory@example.com {words}: ground-truth workers dev --fix" in said
    assert aws.people()["mallory@example.com"] == (True, "CONFIRMED", set())
    assert aws.mails == [*_EVERYBODY]


def test_where_anybody_may_read_it_nobody_is_named_by_address(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.add_user("mallory@example.com", "dev-readers")
    aws.delete_by_hand(BO)

    assert without_addresses(environment, _found(environment, aws)) == [
        "worker 2 (B.) has no account",
        "somebody whom the file does not name is in dev-readers, which the file does not say",
    ]


def test_somebody_who_was_taken_out_of_a_team_is_found_and_put_back(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.groups[POOL]["dev-readers"].discard(aws.name_of(BO))
    found = _found(environment, aws)

    fix(environment, aws.services())

    assert found == {BO: ["is not in dev-readers"]}
    assert aws.people()[BO] == (True, _INVITED, {"dev-readers", "dev-workers"})


def test_an_account_that_was_disabled_by_hand_is_found_and_left_so(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.switch(CY, enabled=False)

    fix(environment, aws.services())

    assert _found(environment, aws) == {CY: ["is disabled by hand"]}


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_nothing_is_put_right_beside_a_deployment(
    environment: Environment, aws: DeployedPeople, status: str
) -> None:
    aws.stack_status = status
    aws.delete_by_hand(ANA)

    with pytest.raises(PeopleError, match=f"wait for the deployment of dev-Workforce, .* {status}"):
        fix(environment, aws.services())

    assert ANA not in aws.people()


def test_after_a_deployment_that_was_taken_back_everything_is_put_right(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.stack_status = "UPDATE_ROLLBACK_COMPLETE"
    aws.delete_by_hand(ANA)

    fix(environment, aws.services())

    assert aws.mails == [*_EVERYBODY, ANA]


def test_an_environment_without_accounts_says_so(environment: Environment) -> None:
    aws: Any = DeployedPeople()
    aws.add_pool()

    with pytest.raises(PeopleError, match="its people are those of an identity provider"):
        fix(environment, aws.services())


def test_a_new_address_in_the_pool_is_told_with_the_line_to_write(
    environment: Environment, aws: DeployedPeople
) -> None:
    attributes = aws.users[POOL][aws.name_of(ANA)]["UserAttributes"]
    next(each for each in attributes if each["Name"] == "email")["Value"] = "lund@example.com"

    people = find(environment, aws.services())

    assert differences(environment, people) == {}
    assert people.persons[ANA].state == "invited"
    assert (
        "ana@example.com: the account has the address lund@example.com by now; write that into"
        " environments/dev.yaml in place of the old one, and deploy"
    ) in to_do(environment, people)
