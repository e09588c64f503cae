"""What is made from the code is written anew with it: the pages of `make docs`, one by one."""

import importlib
import re
from pathlib import Path
from typing import Any, Final

import pytest

from docs import operating
from ground_truth.config.effects import CONSEQUENCES

_ROOT: Final = Path(__file__).parents[3]
_WRITERS: Final = sorted(
    path.stem
    for path in (_ROOT / "docs").glob("*.py")
    if "__main__" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("writer", _WRITERS)
def test_a_page_is_what_the_code_says(writer: str) -> None:
    module: Any = importlib.import_module(f"docs.{writer}")

    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run `make docs`"


def test_make_docs_writes_every_page() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^\t@python -m docs\.(\w+)$", makefile, re.MULTILINE)) == _WRITERS


def test_a_table_that_was_not_written_anew_is_another() -> None:
    stale = operating.page().replace("| new run |", "| new job |")

    assert operating.written_anew(stale) == operating.page() != stale


def test_a_page_without_the_place_of_its_table_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^expected <!-- Written by .* in operating\.md, got none"
    ):
        operating.written_anew("# Operating\n")


def test_every_kind_of_change_is_one_that_a_key_has() -> None:
    rows = operating.page().splitlines()

    assert [kind for kind in CONSEQUENCES if not any(f"` | {kind} | " in row for row in rows)] == []
