"""How long ago something was, by AWS's own clock."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_resource.age import seconds_since

_MADE = datetime(2026, 11, 27, 12, tzinfo=UTC)


def _answer(date: str) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}


def test_the_age_is_what_lies_between_a_moment_and_the_answer() -> None:
    assert seconds_since(_MADE, _answer("Fri, 27 Nov 2026 12:02:05 GMT")) == 125.0


@pytest.mark.parametrize(
    "answer", [{}, {"ResponseMetadata": {}}, _answer("soon"), _answer("Fri, 27 Nov 2026 12:02:05")]
)
def test_an_answer_that_does_not_tell_the_time_is_of_that_moment(answer: dict[str, Any]) -> None:
    assert seconds_since(_MADE, answer) == 0.0


def test_what_was_made_at_no_known_moment_has_no_age() -> None:
    assert seconds_since(None, _answer("Fri, 27 Nov 2026 12:02:05 GMT")) == 0.0
