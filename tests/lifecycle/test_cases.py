"""Every case has its test, or its reason to have none."""

from __future__ import annotations

from pathlib import Path

from tests.lifecycle.cases import CASES, NOT_HERE, number_of


def test_every_case_is_tested_or_has_its_reason() -> None:
    lines = [
        line
        for file in Path(__file__).parent.glob("test_*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("def test_case_")
    ]

    tested = {number_of(line) for line in lines}

    assert list(CASES) == list(range(1, 102))
    assert not tested & NOT_HERE.keys()
    assert tested | NOT_HERE.keys() == CASES.keys()
