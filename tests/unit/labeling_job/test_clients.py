"""The function's clients take for an answer only what AWS has given one of its ids."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from custom_resource.answers import NoAnswerError
from custom_resource.errors import is_lost
from labeling_job.clients import connect


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws = connect(step="Create EvenOdd", seconds=60)
    return [aws.s3, aws.sagemaker]


def test_an_answer_without_an_id_is_none(clients: list[Any]) -> None:
    for client in clients:
        with pytest.raises(NoAnswerError) as lost:
            client.meta.events.emit(
                "after-call.service.Operation",
                parsed={"ResponseMetadata": {"HTTPStatusCode": 200}},
                model=SimpleNamespace(name="Operation"),
                http_response=SimpleNamespace(status_code=200, headers={}),
                context={},
            )
        assert is_lost(lost.value)


def test_a_document_that_can_not_be_read_is_no_answer(clients: list[Any]) -> None:
    for client in clients:
        with pytest.raises(NoAnswerError):
            client.meta.events.emit(
                "after-call-error.service.Operation", exception=ValueError("no XML"), context={}
            )
