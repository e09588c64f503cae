"""What CloudFormation gets for each environment, as a pull request shows it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ground_truth.config import Environment, load
from tests.environments import FILES
from tests.infra import golden
from tests.infra.synthesis import ROOT, Synthesis

_FOLDER = ROOT / "tests" / "data" / "snapshots"
_STACKS = ("Data", "Workforce", "Labeling")
_FILES = {file.stem: file for file in FILES}
#: The name of an asset, which changes with every line of code.
_ASSET = re.compile(r"[0-9a-f]{64}")


@pytest.fixture(scope="module")
def snapshot(synthesise: Callable[[Environment], Synthesis]) -> Callable[[str, str], str]:
    """Give a function that returns a stack of an environment as a person reviews it."""

    @cache
    def synthesised(name: str) -> Synthesis:
        return synthesise(load(_FILES[name]))

    def snapshot(name: str, stack: str) -> str:
        template = synthesised(name).templates[stack].to_json()
        # Logical ids stay as they are: a resource with another one is another resource.
        return _ASSET.sub("<asset>", golden.text(golden.readable(template)))

    return snapshot


@pytest.mark.parametrize("stack", _STACKS)
@pytest.mark.parametrize("name", _FILES)
def test_a_template_is_what_its_snapshot_shows(
    snapshot: Callable[[str, str], str], name: str, stack: str, request: pytest.FixtureRequest
) -> None:
    file = _FOLDER / name / f"{stack}.yaml"
    shown = snapshot(name, stack)

    if request.config.getoption("--update-golden-files"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8")

    written = file.read_text(encoding="utf-8") if file.exists() else ""
    assert shown == written, _difference(file, written, shown)


def test_no_snapshot_is_of_a_stack_that_is_gone() -> None:
    snapshots = {file.relative_to(_FOLDER) for file in _FOLDER.rglob("*.yaml")}

    assert snapshots == {Path(name) / f"{stack}.yaml" for name in _FILES for stack in _STACKS}


def _difference(file: Path, written: str, shown: str) -> str:
    lines = difflib.unified_diff(
        written.splitlines(), shown.splitlines(), "snapshot", "template", lineterm=""
    )
    return "\n".join(
        [
            f"{file.relative_to(ROOT)} differs from what CloudFormation would get. If that is"
            " meant, run `make snapshots` and commit the difference:",
            *lines,
        ]
    )
