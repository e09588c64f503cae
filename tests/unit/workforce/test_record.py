"""What an account says of itself."""

from datetime import UTC, datetime, timedelta

import pytest

from workforce.record import Record, parse

_AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
_RECORD = Record(made_by="dev", stack="0a1b-2c", mail="due", at=_AT)


def test_a_record_is_a_uri_of_our_own() -> None:
    assert _RECORD.as_text() == (
        "ground-truth-cdk:account?made_by=dev&stack=0a1b-2c&mail=due&at=2026-11-27T10:00:00Z"
    )


@pytest.mark.parametrize(
    "record",
    [
        _RECORD,
        Record(made_by="dev", stack="0a", mail="failed", at=_AT, why="CodeDelivery&=Failure"),
        Record(made_by="ä b", stack="0a", mail="trying", at=_AT, run="r1", disabled_by="te st"),
    ],
)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert parse(record.as_text()) == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com/ana",
        "http://[",
        "ground-truth-cdk:team?made_by=dev&stack=0a&mail=due&at=2026-11-27T10:00:00Z",
        "ground-truth-cdk:account?made_by=dev&stack=0a&mail=lost&at=2026-11-27T10:00:00Z",
        "ground-truth-cdk:account?made_by=dev&stack=0a&mail=due&at=yesterday",
        "ground-truth-cdk:account?made_by=dev&mail=due&at=2026-11-27T10:00:00Z",
        "ground-truth-cdk:account?stack=0a&mail=due&at=2026-11-27T10:00:00Z",
        "ground-truth-cdk:account?" + "&".join(f"a{number}=1" for number in range(50)),
    ],
)
def test_whatever_is_not_ours_is_no_record(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("mail", "hours", "is_due"),
    [
        ("due", 0, True),
        ("failed", 0, True),
        ("sent", 999, False),
        ("trying", 23, False),
        ("trying", 24, True),
    ],
)
def test_a_mail_is_due_until_it_is_sent(mail: str, hours: int, *, is_due: bool) -> None:
    record = parse(_RECORD.as_text().replace("mail=due", f"mail={mail}"))

    assert record is not None
    assert record.is_due(_AT + timedelta(hours=hours)) is is_due
