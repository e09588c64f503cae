"""What the demo's people do, as far as it needs no portal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.certificates import write_certificates
from local.walkthrough import label_all
from local.worker import Task, Worker


class _Desk(Worker):
    """A worker whose tasks are here, two of them at a time."""

    def __init__(self, folder: Path, *objects: str) -> None:
        write_certificates(folder, [])
        super().__init__("https://127.0.0.1:1", "ana@example.com", folder / "ca.pem")
        self.left = list(objects)

    def tasks(self) -> list[Task]:
        return [
            Task(
                id=each,
                job_name="numbers",
                title="",
                description="",
                html="",
                input={"taskObject": f"{each}\n"},
            )
            for each in self.left[:2]
        ]

    def answer(self, task: Task, content: Mapping[str, Any]) -> None:
        del content
        self.left.remove(task.id)


@pytest.mark.parametrize(
    ("at_most", "left"), [(None, []), (0, ["1", "2", "3"]), (1, ["2", "3"]), (3, [])]
)
def test_a_worker_leaves_what_is_more_than_was_asked_for(
    tmp_path: Path, at_most: int | None, left: list[str]
) -> None:
    desk = _Desk(tmp_path, "1", "2", "3")

    done = label_all(desk, at_most=at_most)

    assert desk.left == left
    assert len(done) == 3 - len(left)
