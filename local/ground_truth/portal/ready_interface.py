"""Plain pages in place of the user interfaces that Ground Truth has ready."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Final

from local.ground_truth.answers.entities import NAME
from local.ground_truth.answers.subject import Subject

#: Frames that are shown; the others have their names only.
_SHOWN: Final = 20


def page(subject: Subject, grant_read_access: Callable[[str], str]) -> str:
    """Return a page with the object and the label file's instructions.

    `grant_read_access` turns an S3 URI into a URL that a browser can read.
    """
    instructions = "".join(
        f"<{tag}>{subject.label_file.instructions.get(name, '')}</{tag}>"
        for tag, name in (
            ("short-instructions", "shortInstruction"),
            ("full-instructions", "fullInstruction"),
        )
    )
    if "source" in subject.content:
        entries = [label.entry for label in subject.label_file.labels]
        labels = html.escape(json.dumps(entries, ensure_ascii=False))
        text = html.escape(subject.content["source"])
        element = f'<{NAME} name="{NAME}" labels="{labels}" text="{text}">'
        return f"{element}{instructions}</{NAME}>"
    if not subject.frames:
        url = html.escape(grant_read_access(subject.content["source-ref"]))
        return f'{instructions}<p><a href="{url}">The point cloud</a></p>'
    return instructions + "".join(
        _frame(subject, place, grant_read_access) for place in range(len(subject.frames))
    )


def _frame(subject: Subject, place: int, grant_read_access: Callable[[str], str]) -> str:
    frame = subject.frames[place]
    name = html.escape(f"{frame.number}: {frame.name}")
    if place >= _SHOWN:
        return f"<p>{name}</p>"
    url = html.escape(grant_read_access(frame.uri))
    if frame.name.lower().endswith((".jpg", ".jpeg", ".png")):
        return f'<p>{name}<br><img src="{url}" alt="{name}"></p>'
    return f'<p><a href="{url}">{name}</a></p>'
