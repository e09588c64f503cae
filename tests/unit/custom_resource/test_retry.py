"""What AWS refuses for a while only is asked for again."""

from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from custom_resource.context import Clock, EventContext, step_log
from custom_resource.errors import CustomResourceError
from custom_resource.retry import retry

_DEADLINE = 780.0


@dataclass
class _Action:
    """What is refused some times; time goes by while it is waited for."""

    error: Exception
    times: int = 10_000
    runs: int = 0
    time: float = 0.0

    def __call__(self) -> str:
        self.runs += 1
        if self.runs <= self.times:
            raise self.error
        return "done"

    @property
    def aws(self) -> EventContext:
        clock = Clock(now=lambda: self.time, sleep=self._sleep, deadline=_DEADLINE)
        return EventContext(clock=clock, log=step_log("Test"))

    def _sleep(self, seconds: float) -> None:
        self.time += seconds


def _error(code: str, message: str = "words", status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "CreateLabelingJob")


@pytest.mark.parametrize(
    "error",
    [
        _error("ThrottlingException"),
        _error("SlowDown", status=503),
        _error("AnyFaultOfTheirs", status=500),
        _error("AnyLimitOfTheirs", status=429),
    ],
)
def test_what_is_busy_is_tried_until_the_deadline(error: ClientError) -> None:
    action = _Action(error)

    with pytest.raises(ClientError):
        retry(action, action.aws)

    assert _DEADLINE - 20 < action.time <= _DEADLINE


def test_what_is_busy_for_a_while_is_done() -> None:
    action = _Action(_error("ThrottlingException"), times=30)

    assert retry(action, action.aws) == "done"


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="x"),
        ConnectionClosedError(endpoint_url="x"),
        EndpointConnectionError(endpoint_url="x"),
        ReadTimeoutError(endpoint_url="x"),
    ],
)
def test_what_gets_no_answer_is_tried_again(error: Exception) -> None:
    action = _Action(error, times=30)

    assert retry(action, action.aws) == "done"


def test_a_mistake_that_botocore_finds_is_not_tried_again() -> None:
    action = _Action(ParamValidationError(report="x"))

    with pytest.raises(ParamValidationError):
        retry(action, action.aws)

    assert action.runs == 1


def test_a_new_role_is_waited_for_three_minutes() -> None:
    action = _Action(_error("AccessDeniedException", "is not authorized to perform: it"))

    with pytest.raises(ClientError):
        retry(action, action.aws)

    assert 150 < action.time <= 180


def test_what_will_not_pass_is_tried_once() -> None:
    action = _Action(_error("ValidationException", "The title is not polite"))

    with pytest.raises(ClientError):
        retry(action, action.aws)

    assert action.runs == 1


def test_a_sentence_for_the_user_is_tried_again_for_its_cause() -> None:
    sentence = CustomResourceError("it can't be written")
    sentence.__cause__ = _error("SlowDown")
    action = _Action(sentence, times=2)

    assert retry(action, action.aws) == "done"


def test_errors_that_pass_in_another_way_are_known_by_the_caller() -> None:
    action = _Action(_error("ConflictException"), times=2)

    assert retry(action, action.aws, lambda error: "Conflict" in str(error)) == "done"


def test_many_do_not_try_again_at_the_same_moments() -> None:
    actions = [_Action(_error("ThrottlingException"), times=1) for _ in range(24)]

    for action in actions:
        retry(action, action.aws)

    assert len({action.time for action in actions}) > 20
