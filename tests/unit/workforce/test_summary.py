"""What is said of people where no address may stand."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.workforce.cognito_pools import NOW
from workforce.accounts import Account
from workforce.record import Record
from workforce.summary import Summary


def _account(email: str, mail: Any = "sent", why: str = "", **changes: Any) -> Account:
    settings: dict[str, Any] = {
        "username": email,
        "email": email,
        "sub": "",
        "is_enabled": True,
        "status": "FORCE_CHANGE_PASSWORD",
        "made": NOW,
        "record": Record(made_by="dev", stack="0a", mail=mail, at=NOW, why=why),
    }
    return Account(**{**settings, **changes})


def _text(*accounts: Account, others: int = 0) -> str:
    emails = [each.email for each in accounts] + [f"w{n}@example.com" for n in range(others)]
    summary = Summary("dev", emails)
    return summary.text({each.email: each for each in accounts}, NOW)


def test_where_nothing_is_to_do_one_sentence_says_all() -> None:
    said = _text(_account("ana@example.com"), _account("bo@example.com", status="CONFIRMED"))

    assert said == "2 workers, 1 of them invited and not yet signed in; 0 removed"


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (_account("ana@example.com", "due"), "; no invitation yet for worker 1 (A.); what is due"),
        (
            _account("ana@example.com", "failed", "CodeDeliveryFailureException"),
            "; no invitation yet for worker 1 (A.): CodeDeliveryFailureException; what is due",
        ),
        (
            _account("ana@example.com", "trying"),
            "; whether the invitation of worker 1 (A.) has gone is not known;",
        ),
        (
            _account("ana@example.com", is_enabled=False),
            "; worker 1 (A.) disabled by hand, and left so",
        ),
    ],
)
def test_what_is_to_do_is_said(account: Account, words: str) -> None:
    assert words in _text(account)


def test_who_has_signed_in_needs_no_mail() -> None:
    said = _text(_account("ana@example.com", "failed", "X", status="CONFIRMED"))

    assert said == "1 workers, 0 of them invited and not yet signed in; 0 removed"


def test_a_mail_of_which_nobody_knows_is_due_after_a_day() -> None:
    account = _account("ana@example.com", "trying")
    summary = Summary("dev", [account.email])

    said = summary.text({account.email: account}, NOW + timedelta(days=1))

    assert "no invitation yet for worker 1 (A.)" in said


def test_however_many_are_named_the_answer_fits_into_a_response() -> None:
    emails = [f"{'long-' * 12}{number}@example.com" for number in range(2000)]
    summary = Summary("e" * 30, emails)
    for number, email in enumerate(emails):
        summary.refused(email, f"{'Exception' * 7}{number % 50}")
        summary.not_reached(email)
    accounts = {
        email: _account(email, "failed", f"{'Exception' * 7}{number % 50}")
        for number, email in enumerate(emails)
    }

    assert len(summary.text(accounts, NOW)) < 2000
