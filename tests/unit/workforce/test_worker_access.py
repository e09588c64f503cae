"""Addresses of data objects, tied to the worker who has asked for them."""

from typing import Any

import pytest

from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import access_properties, create, delete, update


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_workforce()
    made.add_team("dev-readers")
    return made


def _access(aws: FakePeople, team: str = "dev-readers") -> Any:
    return aws.teams[team]["WorkerAccessConfiguration"]["S3Presign"]["IamPolicyConstraints"]


def test_teams_are_tied_and_nothing_else_of_them_is_sent(aws: FakePeople) -> None:
    create(aws, "WorkerAccess", access_properties())

    assert _access(aws) == {"SourceIp": "Enabled", "VpcSourceIp": "Disabled"}
    (sent,) = aws.called("UpdateWorkteam")
    assert sent.keys() == {"WorkteamName", "WorkerAccessConfiguration"}


def test_a_team_that_is_tied_already_is_not_written_again(aws: FakePeople) -> None:
    create(aws, "WorkerAccess", access_properties())

    update(aws, "WorkerAccess", access_properties(Settings="2"), access_properties())

    assert len(aws.called("UpdateWorkteam")) == 1


def test_a_new_team_is_tied_too(aws: FakePeople) -> None:
    aws.add_team("dev-writers")
    before = access_properties()

    update(aws, "WorkerAccess", access_properties(Teams=["dev-readers", "dev-writers"]), before)

    assert _access(aws, "dev-writers")["SourceIp"] == "Enabled"


def test_a_team_that_nothing_was_ever_set_for_is_not_written_to_untie_it(aws: FakePeople) -> None:
    delete(aws, "WorkerAccess", access_properties())

    assert aws.writes() == []


def test_a_delete_unties_what_is_there(aws: FakePeople) -> None:
    create(aws, "WorkerAccess", access_properties(VpcSourceIp="Enabled"))
    aws.add_team("dev-writers")

    delete(aws, "WorkerAccess", access_properties(Teams=["gone", "dev-readers"]))

    assert _access(aws) == {"SourceIp": "Disabled", "VpcSourceIp": "Disabled"}
