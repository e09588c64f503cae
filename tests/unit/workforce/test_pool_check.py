"""A user pool that is adopted is looked at before anything is made, its client before a mail."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import CLIENT
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import adopting, create, login_properties


def _adopts(**settings: Any) -> FakePeople:
    made = FakePeople()
    made.add_pool(**settings)
    made.add_workforce()
    return made


def test_a_pool_whose_people_can_be_invited_is_adopted() -> None:
    assert create(_adopts(), "WorkforceCheck", adopting())["SubDomain"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"UsernameAttributes": ["phone_number"]}, "its people sign in by phone number"),
        (
            {"SchemaAttributes": [{"Name": "profile", "Mutable": False}]},
            "its attribute profile can't be changed",
        ),
    ],
)
def test_a_pool_whose_people_can_t_be_invited_is_refused_before_anything_is_made(
    settings: dict[str, Any], words: str
) -> None:
    aws = _adopts(**settings)

    with pytest.raises(CustomResourceError, match=words):
        create(aws, "WorkforceCheck", adopting())

    assert aws.writes() == []


@pytest.mark.parametrize(
    "settings", [{"AllowedOAuthFlowsUserPoolClient": False}, {"AllowedOAuthFlows": ["implicit"]}]
)
def test_a_client_that_nobody_can_sign_in_by_is_refused_and_left_as_it_is(
    settings: dict[str, Any],
) -> None:
    aws = _adopts()
    aws.clients[CLIENT] |= settings

    with pytest.raises(CustomResourceError, match="allow the authorization code grant"):
        create(aws, "PortalLogin", login_properties(Keep="true"))

    assert aws.writes() == []


@pytest.mark.parametrize(
    ("providers", "is_said"), [(["Google"], True), (["COGNITO", "Google"], False), ([], False)]
)
def test_a_client_that_no_invited_person_can_sign_in_by_is_said(
    providers: list[str], *, is_said: bool
) -> None:
    aws = _adopts()
    aws.clients[CLIENT] |= {"SupportedIdentityProviders": providers}

    data = create(aws, "PortalLogin", login_properties(Keep="true"))

    assert ("signs in by Google only" in data.get("Summary", "")) == is_said


def test_a_shared_pool_was_looked_at_by_who_has_made_it() -> None:
    aws = _adopts(UsernameAttributes=["phone_number"])

    assert create(aws, "WorkforceCheck", adopting(Mode="shared"))["SubDomain"]
