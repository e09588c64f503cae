"""A secret that was rotated is sent, or it is said that it can't be; none stays in the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import botocore.session
import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import NOW
from tests.unit.workforce.workforce_aws import SECRET, FakePeople
from tests.unit.workforce.workforce_events import OIDC, create, delete, oidc_properties, update
from workforce.oidc_secret import Sent, was_sent

_KIND = "OidcWorkforce"
_NETWORK = oidc_properties(Cidrs=["10.0.0.0/8"])
_MINUTE = timedelta(minutes=1)


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    create(made, _KIND, oidc_properties())
    return made


def _rotate(aws: FakePeople) -> None:
    aws.time += 3600
    aws.secrets[SECRET] = "another-one"
    aws.secret_dates[SECRET] = aws._now()
    aws.time += 3600


@pytest.mark.parametrize(
    ("made", "created", "changed", "sent"),
    [
        (NOW - _MINUTE, NOW, NOW, "sent"),
        (NOW, NOW, NOW, "sent"),
        (NOW + _MINUTE, NOW, NOW, "not sent"),
        (NOW + _MINUTE, NOW, None, "not sent"),
        # The change may have been of the network.
        (NOW + _MINUTE, NOW, NOW + 2 * _MINUTE, "unknown"),
        (None, NOW, NOW, "unknown"),
        (NOW, None, None, "unknown"),
    ],
)
def test_what_dates_can_tell_is_told(
    made: datetime | None, created: datetime | None, changed: datetime | None, sent: Sent
) -> None:
    assert was_sent(made, {"CreateDate": created, "LastUpdatedDate": changed}) == sent


def test_ground_truth_takes_a_secret_only_while_there_is_no_team() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")

    said = model.operation_model("UpdateWorkforce").documentation

    assert "only update your OIDC IdP configuration when there are no work teams" in said


def test_a_rotated_secret_is_sent_while_there_is_no_team(aws: FakePeople) -> None:
    _rotate(aws)

    update(aws, _KIND, _NETWORK, oidc_properties())

    assert aws.oidc_secret == "another-one"  # noqa: S105  # nobody's


def test_a_rotated_secret_beside_teams_is_said_and_refuses_nothing_else(aws: FakePeople) -> None:
    aws.add_team("dev-readers")
    _rotate(aws)

    said = update(aws, _KIND, _NETWORK, oidc_properties())["Summary"]

    assert said.startswith("the client's secret was rotated after the workforce got it")
    assert aws.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["10.0.0.0/8"]}
    assert "another-one" not in said


def test_what_is_not_known_of_a_secret_is_said(aws: FakePeople) -> None:
    aws.add_team("dev-readers")
    _rotate(aws)
    update(aws, _KIND, _NETWORK, oidc_properties())
    aws.time += 3600

    said = update(aws, _KIND, oidc_properties(), _NETWORK)["Summary"]

    assert said.startswith("whether the workforce has the present version")


def test_a_secret_that_is_as_it_was_is_not_worth_a_word(aws: FakePeople) -> None:
    aws.add_team("dev-readers")

    assert "Summary" not in update(aws, _KIND, _NETWORK, oidc_properties())


@pytest.mark.parametrize("teams", [["dev-readers"], []])
def test_a_network_can_be_changed_when_the_secret_can_t_be_read(
    aws: FakePeople, teams: list[str]
) -> None:
    for team in teams:
        aws.add_team(team)
    del aws.secrets[SECRET]

    said = update(aws, _KIND, _NETWORK, oidc_properties())["Summary"]

    assert said.startswith("the client's secret can't be read")
    assert aws.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["10.0.0.0/8"]}


def test_a_workforce_whose_settings_were_changed_by_hand_does_not_stay_in_the_way(
    aws: FakePeople,
) -> None:
    aws.workforces["dev"]["OidcConfig"]["Scope"] = "openid"

    delete(aws, _KIND, oidc_properties())

    assert aws.workforces == {}


@pytest.mark.parametrize(
    "settings",
    [
        # Older than the stack.
        {"OidcConfig": {**OIDC, "Scope": "openid"}, "CreateDate": NOW - timedelta(days=40_000)},
        {"OidcConfig": {**OIDC, "ClientId": "theirs"}},
    ],
)
def test_a_workforce_of_others_is_not_deleted_after_a_create_that_it_has_refused(
    settings: dict[str, Any],
) -> None:
    aws = FakePeople()
    aws.add_workforce(**settings)

    delete(aws, _KIND, oidc_properties())

    assert "dev" in aws.workforces


def test_its_own_teams_that_are_just_deleted_are_waited_for(aws: FakePeople) -> None:
    aws.add_team("dev-readers")
    look = aws._list_workteams

    def later_gone(parameters: dict[str, Any]) -> dict[str, Any]:
        shown = look(parameters)
        if aws.time > 20:
            aws.teams.clear()
        return shown

    aws._list_workteams = later_gone  # type: ignore[method-assign]

    delete(aws, _KIND, oidc_properties())

    assert aws.workforces == {}


def test_a_team_that_stays_is_named_with_what_to_do(aws: FakePeople) -> None:
    aws.add_team("dev-readers")

    with pytest.raises(CustomResourceError, match=r"work teams dev-readers are in it; destroy"):
        delete(aws, _KIND, oidc_properties())


def test_a_delete_that_finds_another_run_done_succeeds(aws: FakePeople) -> None:
    gone = aws._delete_workforce

    def twice(parameters: dict[str, Any]) -> dict[str, Any]:
        aws.workforces.clear()
        return gone(parameters)

    aws._delete_workforce = twice  # type: ignore[method-assign]

    delete(aws, _KIND, oidc_properties())

    assert aws.workforces == {}
