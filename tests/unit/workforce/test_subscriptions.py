"""Who shall get mails is asked until there is an answer, and nobody else gets any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import NOW
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import STACK, create, topics_properties, update

_ANA, _BO, _LEAD = "ana@example.com", "bo@example.com", "lead@example.com"
_KIND = "Subscriptions"
_HOUR = 3600.0


@pytest.fixture
def aws() -> FakePeople:
    return FakePeople(stack_status="UPDATE_IN_PROGRESS")


def _asked(aws: FakePeople) -> list[str]:
    return [email for email, _, _ in aws.requests]


def _deploy_again(aws: FakePeople, *emails: str, before: tuple[str, ...] = (_ANA, _LEAD)) -> str:
    """Deploy a change of people, and return the summary."""
    after = topics_properties(*emails)
    return update(aws, _KIND, after, topics_properties(*before))["Summary"]


def test_requests_last_two_days_and_sns_has_a_word_of_its_own_for_a_missing_right() -> None:
    model = botocore.session.get_session().get_service_model("sns")

    said = model.operation_model("Subscribe").documentation
    denied = model.shape_for("AuthorizationErrorException").metadata["error"]
    gone = model.shape_for("NotFoundException").metadata["error"]

    assert "Confirmation tokens are valid for two days" in said
    assert (denied["code"], gone["code"]) == ("AuthorizationError", "NotFound")


def test_a_first_deployment_asks_nobody_twice(aws: FakePeople) -> None:
    # CloudFormation makes subscriptions and this resource in any order.
    create(aws, _KIND, topics_properties(_ANA, _LEAD))

    assert aws.requests == []


def test_an_upgrade_asks_nobody(aws: FakePeople) -> None:
    aws.subscribe(_ANA)
    aws.time += 49 * _HOUR

    create(aws, _KIND, topics_properties(_ANA, _LEAD), LogicalResourceId="New")

    assert _asked(aws) == [_ANA]


def test_a_request_that_nobody_has_answered_in_48_hours_is_made_again(aws: FakePeople) -> None:
    aws.subscribe(_ANA)
    aws.time += 49 * _HOUR

    said = _deploy_again(aws, _ANA, _LEAD, _BO, before=(_ANA,))

    # The others are new, so that CloudFormation asks them.
    assert _asked(aws) == [_ANA, _ANA]
    assert said == "1 topics; 1 asked again to confirm"


def test_a_subscription_that_its_owner_has_ended_is_asked_for_again(aws: FakePeople) -> None:
    for email in (_ANA, _LEAD):
        aws.subscribe(email)
        aws.confirm(email)
    aws.end(_LEAD)

    _deploy_again(aws, _ANA, _LEAD, _BO)

    assert _asked(aws) == [_ANA, _LEAD, _LEAD]


def test_nobody_is_asked_while_a_request_is_pending(aws: FakePeople) -> None:
    for email in (_ANA, _LEAD):
        aws.subscribe(email)
    aws.time += 49 * _HOUR

    for _ in range(3):
        _deploy_again(aws, _ANA, _LEAD)

    # One that was ended is still shown beside the new request.
    aws.confirm(_LEAD)
    aws.end(_LEAD)
    aws.subscribe(_LEAD)
    _deploy_again(aws, _ANA, _LEAD)
    assert _asked(aws) == [_ANA, _LEAD, _ANA, _LEAD, _LEAD]


def test_who_is_asked_again_can_be_told_from_a_subscription_by_hand(aws: FakePeople) -> None:
    _deploy_again(aws, _ANA, before=(_ANA,))
    aws.confirm(_ANA)

    _deploy_again(aws, _LEAD, before=(_LEAD,))

    assert aws.told() == set()


def test_a_late_confirmation_of_a_removed_address_is_ended_by_the_next_event(
    aws: FakePeople,
) -> None:
    aws.subscribe(_ANA)
    aws.subscribe(_LEAD)
    aws.confirm(_LEAD)
    _deploy_again(aws, _LEAD)
    aws.confirm(_ANA)

    said = _deploy_again(aws, _LEAD, _BO, before=(_LEAD,))

    assert aws.told() == {_LEAD}
    assert said == "1 topics; 1 subscriptions ended that no file names"


def test_an_update_leaves_whom_it_removes_to_cloudformation(aws: FakePeople) -> None:
    for email in (_ANA, _LEAD):
        aws.subscribe(email)
        aws.confirm(email)

    # It may still be taken back.
    _deploy_again(aws, _LEAD)

    assert aws.told() == {_ANA, _LEAD}


def test_a_subscription_by_hand_is_never_touched(aws: FakePeople) -> None:
    aws.subscribe("boss@example.com", by_hand=True)
    aws.confirm("boss@example.com")

    _deploy_again(aws, _ANA, before=(_ANA,))

    assert aws.told() == {"boss@example.com"}


def test_a_deployment_that_is_taken_back_asks_nobody(aws: FakePeople) -> None:
    update(
        aws,
        _KIND,
        topics_properties(_ANA),
        topics_properties(_ANA, _BO),
        status="UPDATE_ROLLBACK_IN_PROGRESS",
    )

    assert aws.requests == []


def test_an_address_that_sns_refuses_stops_nobody(aws: FakePeople) -> None:
    aws.unknown = {_ANA}

    said = _deploy_again(aws, _ANA, _LEAD)

    assert _asked(aws) == [_LEAD]
    assert said == "1 topics; 1 asked again to confirm; 1 could not be asked again"
    assert "@" not in said


def test_a_right_that_is_not_there_yet_is_waited_for(aws: FakePeople) -> None:
    words = "User is not authorized to perform: SNS:Subscribe on resource"
    aws.refuse("Subscribe", "AuthorizationError", words, times=2)

    _deploy_again(aws, _ANA, before=(_ANA,))

    assert _asked(aws) == [_ANA]


def test_an_update_that_comes_late_is_not_obeyed(aws: FakePeople) -> None:
    address = f"https://example.com/?X-Amz-Date={NOW:%Y%m%dT%H%M%SZ}"
    aws.resource_changed = {(STACK, _KIND): (NOW + timedelta(minutes=5), "UPDATE_COMPLETE")}

    with pytest.raises(CustomResourceError, match="came after CloudFormation had gone on"):
        update(aws, _KIND, topics_properties(_ANA), topics_properties(_ANA), ResponseURL=address)

    assert aws.requests == []


def test_a_create_that_comes_late_ends_nobody(aws: FakePeople) -> None:
    address = f"https://example.com/?X-Amz-Date={NOW:%Y%m%dT%H%M%SZ}"
    aws.resource_changed = {(STACK, _KIND): (NOW + timedelta(minutes=5), "UPDATE_COMPLETE")}
    aws.subscribe(_LEAD)
    aws.confirm(_LEAD)

    with pytest.raises(CustomResourceError, match="came after CloudFormation had gone on"):
        create(aws, _KIND, topics_properties(_ANA), ResponseURL=address)

    assert aws.told() == {_LEAD}


@dataclass
class _LosingPeople(FakePeople):
    """SNS whose first answer to a request never comes."""

    is_lost: bool = False

    def _subscribe(self, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = super()._subscribe(parameters)
        if not self.is_lost:
            self.is_lost = True
            raise ReadTimeoutError(endpoint_url="https://sns.us-east-1.amazonaws.com")
        return answer


def test_a_request_without_an_answer_is_looked_for_before_it_is_made_again() -> None:
    aws = _LosingPeople(stack_status="UPDATE_IN_PROGRESS")

    _deploy_again(aws, _ANA, before=(_ANA,))

    assert _asked(aws) == [_ANA]


def test_properties_of_another_version_stop_nothing(aws: FakePeople) -> None:
    update(aws, _KIND, topics_properties(_ANA), {**topics_properties(_ANA), "Topics": "all"})

    assert aws.requests == []
