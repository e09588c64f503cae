"""What SES has verified already is used, and what is declared stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.workforce_aws import SENDER, FakePeople
from tests.unit.workforce.workforce_events import check_properties, create, update

_DOMAINS = ["mail.example.com", "example.com"]
_FINDING = check_properties(EmailFrom=SENDER, EmailIdentities=[SENDER, *_DOMAINS])
_VERIFIED = {"VerifiedForSendingStatus": True}
_WAITING = {"VerifiedForSendingStatus": False}
_ARN = "arn:aws:ses:us-east-1:111122223333:identity/"


@pytest.mark.parametrize(
    ("identities", "found"),
    [
        ({SENDER: _VERIFIED}, SENDER),
        ({"example.com": _VERIFIED}, "example.com"),
        ({SENDER: _VERIFIED, "example.com": _VERIFIED}, SENDER),
        ({SENDER: _WAITING, "mail.example.com": _VERIFIED}, "mail.example.com"),
    ],
)
def test_the_nearest_identity_that_ses_has_verified_is_used(
    identities: dict[str, Any], found: str
) -> None:
    aws = FakePeople(identities=identities)

    data = create(aws, "WorkforceCheck", _FINDING)

    assert data == {"SubDomain": "", "SenderArn": f"{_ARN}{found}"}
    assert update(aws, "WorkforceCheck", {**_FINDING, "X": "1"}, _FINDING) == data


@pytest.mark.parametrize("identities", [{}, {SENDER: _WAITING, "example.com": _WAITING}])
def test_where_ses_has_none_all_that_would_do_is_named(identities: dict[str, Any]) -> None:
    aws = FakePeople(identities=identities)

    with pytest.raises(CustomResourceError, match=r"nor mail.example.com nor example.com; verify"):
        create(aws, "WorkforceCheck", _FINDING)


def test_the_sandbox_is_told_of_an_identity_that_is_found_too() -> None:
    aws = FakePeople(identities={"example.com": _VERIFIED})
    aws.ses_account["ProductionAccessEnabled"] = False

    with pytest.raises(CustomResourceError, match="SES is in its sandbox"):
        create(aws, "WorkforceCheck", _FINDING)


def test_a_deployment_that_is_taken_back_has_a_sender_whatever_has_become_of_it() -> None:
    aws = FakePeople()

    data = update(
        aws,
        "WorkforceCheck",
        _FINDING,
        {**_FINDING, "X": "1"},
        status="UPDATE_ROLLBACK_IN_PROGRESS",
    )

    assert data == {"SubDomain": "", "SenderArn": f"{_ARN}{SENDER}"}


def test_a_sender_that_waits_for_its_mail_is_told_of_the_other_way() -> None:
    aws = FakePeople(identities={SENDER: _WAITING})

    with pytest.raises(CustomResourceError, match="write email_identity: found beside it"):
        create(aws, "WorkforceCheck", check_properties(EmailFrom=SENDER))
