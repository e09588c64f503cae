"""A worker as a program: takes tasks from the local worker portal and answers them."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

_TIMEOUT: Final = 30.0


class WorkerError(RuntimeError):
    """The portal refused; the message is its sentence, `status` the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Task:
    """One data object for one worker. `input` is what the worker template sees as `task.input`."""

    id: str
    job_name: str
    title: str
    description: str
    html: str
    input: Mapping[str, Any]


class Worker:
    """The worker with the address `email`, at the local AWS that answers at `endpoint`."""

    def __init__(self, endpoint: str, email: str, ca_bundle: Path | str) -> None:
        self.email = email
        self._base = f"{endpoint}/_ground-truth"
        context = ssl.create_default_context(cafile=str(ca_bundle))
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def tasks(self) -> list[Task]:
        """Return open tasks, at most 100, in the order in which they should be done."""
        answer = self._send(f"tasks?worker={quote(self.email)}", None)
        return [_task(each) for each in answer["tasks"]]

    def accept(self, task: Task) -> None:
        """Keep the task for this worker until its time limit; WorkerError if others have it."""
        self._send(f"tasks/{task.id}/accept", {"worker": self.email})

    def answer(self, task: Task, content: Mapping[str, Any]) -> None:
        """Submit an answer such as `{"crowd-classifier": {"label": "Even"}}`.

        WorkerError if the portal does not take it.
        """
        self._send(f"tasks/{task.id}", {"worker": self.email, "answer": dict(content)})

    def _send(self, path: str, content: Mapping[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https
            f"{self._base}/{path}",
            data=None if content is None else json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                message = json.load(error)["message"]
            raise WorkerError(message, error.code) from None


def _task(content: Mapping[str, Any]) -> Task:
    return Task(
        id=content["taskId"],
        job_name=content["jobName"],
        title=content["title"],
        description=content["description"],
        html=content["html"],
        input=content["input"],
    )
