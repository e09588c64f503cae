"""What is in the way of a workforce, said before anything is made."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import CLIENT, POOL
from tests.unit.workforce.workforce_aws import NAME, SENDER, FakePeople
from tests.unit.workforce.workforce_events import (
    OIDC,
    adopting,
    check_properties,
    create,
    delete,
    update,
)

_OIDC_CONFIG = dict(OIDC)


@pytest.fixture
def aws() -> FakePeople:
    return FakePeople()


def _refusal(aws: FakePeople, props: dict[str, Any]) -> str:
    with pytest.raises(CustomResourceError) as raised:
        create(aws, "WorkforceCheck", props)
    assert aws.writes() == []
    return str(raised.value)


@pytest.mark.parametrize("mode", ["create", "oidc"])
def test_an_account_without_a_workforce_may_get_one(aws: FakePeople, mode: str) -> None:
    data = create(aws, "WorkforceCheck", check_properties(Mode=mode))

    assert data == {"SubDomain": ""}
    assert aws.writes() == []


def test_a_workforce_that_is_there_is_named_with_the_line_to_paste(aws: FakePeople) -> None:
    aws.add_pool()
    aws.add_workforce("default")

    reason = _refusal(aws, check_properties())

    assert reason == (
        f"an account has one workforce per Region, and workforce default (user pool {POOL}, client "
        f"{CLIENT}) is there already. To work with it, put this line in place of workforce.create "
        "into environments/dev.yaml: adopt: {workforce_name: default, "
        f"user_pool_id: {POOL}, client_id: {CLIENT}}} - or, if another environment of this project "
        "has made it, shared_with: and that environment's name; see docs/workforce.md"
    )


def test_an_oidc_workforce_that_is_there_is_adopted_by_its_name_alone(aws: FakePeople) -> None:
    aws.add_workforce("default", OidcConfig=_OIDC_CONFIG)

    reason = _refusal(aws, check_properties(Mode="oidc"))

    assert "in place of workforce.oidc" in reason
    assert "adopt: {workforce_name: default} - or" in reason


def test_a_workforce_that_has_outlived_its_pool_is_told_how_to_remove(aws: FakePeople) -> None:
    aws.add_workforce("dev")
    aws.add_team("dev-readers")
    aws.add_team("dev-writers")

    reason = _refusal(aws, check_properties())

    assert "its user pool is gone" in reason
    assert reason.endswith(
        "aws sagemaker delete-workteam --workteam-name dev-readers --region us-east-1 && "
        "aws sagemaker delete-workteam --workteam-name dev-writers --region us-east-1 && "
        "aws sagemaker delete-workforce --workforce-name dev --region us-east-1"
    )


def test_a_workforce_that_is_being_deleted_is_waited_for(aws: FakePeople) -> None:
    aws.add_workforce("old", Status="Deleting")
    aws.ahead["old"] = ["Deleting"] * 5

    create(aws, "WorkforceCheck", check_properties())

    assert aws.workforces == {}
    assert aws.time == 25


def test_a_workforce_that_stays_deleting_is_waited_for_in_vain(aws: FakePeople) -> None:
    aws.add_workforce("old", Status="Deleting")
    aws.ahead["old"] = ["Deleting"] * 1000

    reason = _refusal(aws, check_properties())

    assert reason == (
        "workforce old is still Deleting after 10 minutes, look at it in the SageMaker console and "
        "run the command again"
    )


@pytest.mark.parametrize("mode", ["adopt", "shared"])
def test_the_portal_of_a_workforce_with_the_given_ids_is_known(aws: FakePeople, mode: str) -> None:
    workforce = aws.add_workforce()

    data = create(aws, "WorkforceCheck", adopting(Mode=mode))

    assert data == {"SubDomain": workforce["SubDomain"]}


def test_an_oidc_workforce_is_adopted_without_ids(aws: FakePeople) -> None:
    workforce = aws.add_workforce(OidcConfig=_OIDC_CONFIG)

    data = create(aws, "WorkforceCheck", check_properties(Mode="adopt"))

    assert data == {"SubDomain": workforce["SubDomain"]}


@pytest.mark.parametrize(
    ("props", "expected"),
    [
        (adopting(), f"user pool {POOL}, client {CLIENT}, as"),
        (check_properties(Mode="adopt"), "OIDC, as"),
    ],
)
def test_a_workforce_with_other_ids_is_refused_with_both(
    aws: FakePeople, props: dict[str, Any], expected: str
) -> None:
    ids = {"UserPool": "us-east-1_Other", "ClientId": "other"}
    aws.add_workforce(CognitoConfig=ids)

    reason = _refusal(aws, props)

    assert f"expected workforce {NAME} with {expected} environments/dev.yaml says" in reason
    assert f"got workforce {NAME} (user pool us-east-1_Other, client other)" in reason
    assert reason.endswith(
        f"adopt: {{workforce_name: {NAME}, user_pool_id: us-east-1_Other, client_id: other}}"
    )


def test_an_oidc_workforce_is_not_taken_for_one_with_a_user_pool(aws: FakePeople) -> None:
    aws.add_workforce(OidcConfig=_OIDC_CONFIG)

    reason = _refusal(aws, adopting())

    assert f"got workforce {NAME} (OIDC, https://login.example.com)" in reason
    assert reason.endswith(f"adopt: {{workforce_name: {NAME}}}")


def test_a_name_that_no_workforce_has_is_refused_with_the_one_that_is_there(
    aws: FakePeople,
) -> None:
    aws.add_workforce("default")

    reason = _refusal(aws, adopting())

    assert reason.startswith(f"expected workforce {NAME}, which environments/dev.yaml names, got ")
    assert "adopt: {workforce_name: default, " in reason


def test_an_account_without_a_workforce_can_not_adopt_one(aws: FakePeople) -> None:
    reason = _refusal(aws, adopting())

    assert "the account has none in this Region; use workforce.create" in reason


def test_a_workforce_that_has_failed_is_not_adopted(aws: FakePeople) -> None:
    aws.add_workforce(Status="Failed", FailureReason="no domain")

    reason = _refusal(aws, adopting())

    assert reason.endswith("has failed: no domain")


@pytest.mark.parametrize(
    ("identity", "account", "words"),
    [
        (None, {}, "SES does not know labeling@example.com"),
        ({"VerifiedForSendingStatus": False}, {}, "open the link in it and deploy again"),
        ({"VerifiedForSendingStatus": True}, {"SendingEnabled": False}, "SES does not send"),
        (
            {"VerifiedForSendingStatus": True},
            {"ProductionAccessEnabled": False},
            "SES is in its sandbox",
        ),
    ],
)
def test_an_address_that_ses_would_not_send_from_is_refused(
    aws: FakePeople, identity: dict[str, Any] | None, account: dict[str, Any], words: str
) -> None:
    aws.identities = {SENDER: identity} if identity else {}
    aws.ses_account |= account

    assert words in _refusal(aws, check_properties(EmailFrom=SENDER))


def test_an_address_that_ses_sends_from_is_accepted(aws: FakePeople) -> None:
    aws.identities = {SENDER: {"VerifiedForSendingStatus": True}}

    assert create(aws, "WorkforceCheck", check_properties(EmailFrom=SENDER)) == {"SubDomain": ""}


def test_a_workforce_of_one_s_own_is_in_nobody_s_way_at_an_update(aws: FakePeople) -> None:
    aws.add_pool()
    aws.add_workforce()
    aws.add_team("dev-readers")
    before = check_properties()

    assert update(aws, "WorkforceCheck", check_properties(X="1"), before) == {"SubDomain": ""}


def test_the_same_workforce_may_be_adopted_or_shared(aws: FakePeople) -> None:
    workforce = aws.add_workforce()
    aws.add_team("dev-readers")

    data = update(aws, "WorkforceCheck", adopting(Mode="shared"), adopting())

    assert data == {"SubDomain": workforce["SubDomain"]}


@pytest.mark.parametrize(
    ("props", "before"),
    [
        (adopting(), check_properties()),
        (adopting(WorkforceName="default"), check_properties()),
        (check_properties(Mode="oidc"), check_properties()),
        (check_properties(), adopting()),
        (check_properties(WorkforceName="dev-2"), check_properties()),
        (adopting(ClientId="other"), adopting()),
        (adopting(UserPoolId="us-east-1_Other"), adopting()),
    ],
)
def test_a_workforce_in_use_is_not_exchanged(
    aws: FakePeople, props: dict[str, Any], before: dict[str, Any]
) -> None:
    aws.add_pool()
    aws.add_workforce()
    aws.add_team("dev-readers")

    with pytest.raises(CustomResourceError) as raised:
        update(aws, "WorkforceCheck", props, before)

    assert "can't be exchanged for another by a deployment: work teams dev-readers are in it" in (
        str(raised.value)
    )
    assert "Destroy the stack dev/Workforce first" in str(raised.value)
    assert aws.writes() == []


def test_a_workforce_that_this_stack_has_made_is_not_adopted_by_it(aws: FakePeople) -> None:
    aws.add_pool()
    aws.add_workforce()

    with pytest.raises(CustomResourceError, match="this environment has made it"):
        update(aws, "WorkforceCheck", adopting(), check_properties())


@pytest.mark.parametrize(
    ("props", "before"),
    [
        (check_properties(), adopting()),
        (check_properties(EmailFrom=SENDER), check_properties()),
        (check_properties(), check_properties(Mode="of another version")),
    ],
)
def test_nothing_is_refused_when_a_deployment_is_taken_back(
    aws: FakePeople, props: dict[str, Any], before: dict[str, Any]
) -> None:
    aws.add_pool()
    aws.add_workforce()
    aws.add_team("dev-readers")
    aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"

    assert update(aws, "WorkforceCheck", props, before) == {"SubDomain": ""}


def test_what_was_adopted_before_may_have_gone_when_a_deployment_is_taken_back(
    aws: FakePeople,
) -> None:
    aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"

    assert update(aws, "WorkforceCheck", adopting(), check_properties()) == {"SubDomain": ""}


def test_a_refusal_is_not_hidden_by_a_stack_that_can_not_be_looked_at(aws: FakePeople) -> None:
    aws.add_workforce()
    aws.add_team("dev-readers")
    aws.refuse("DescribeStacks", "AccessDenied", "not authorized", times=1000)

    with pytest.raises(CustomResourceError, match="can't be exchanged"):
        update(aws, "WorkforceCheck", check_properties(), adopting())


def test_a_delete_does_nothing(aws: FakePeople) -> None:
    delete(aws, "WorkforceCheck", {})

    assert aws.calls == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Mode": "steal"}, "expected create or oidc or adopt or shared, got 'steal'"),
        ({"WorkforceName": ""}, "expected text, got '' in ResourceProperties.WorkforceName"),
        ({"Environment": None}, "in ResourceProperties.Environment"),
    ],
)
def test_bad_properties_are_named(aws: FakePeople, changes: dict[str, Any], words: str) -> None:
    assert words in _refusal(aws, check_properties(**changes))
