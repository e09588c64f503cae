"""What verbs print, in terminals of any width."""

import io

import pytest
from rich.console import Console

from cli.verb import broken, print_table

_COLUMNS = ("worker", "accepted", "address")
_ROWS = [
    ("Ana of Ghent", "yes", "ana.maria.of-the-long-address@example.com"),
    ("Bo", "", "bo@example.com"),
]
#: What the table takes, its frame included.
_WHOLE = 71


def _printed(width: int) -> str:
    screen = Console(file=io.StringIO(), width=width)
    print_table(screen, _COLUMNS, _ROWS)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_rows_are_a_table_where_it_fits() -> None:
    (line,) = (line for line in _printed(_WHOLE).splitlines() if "ana.maria" in line)

    assert line.split("│")[1:-1] == [" Ana of Ghent ", " yes      ", f" {_ROWS[0][2]} "]


@pytest.mark.parametrize("width", [_WHOLE - 1, 55])
def test_where_a_table_does_not_fit_each_cell_has_a_line(width: int) -> None:
    assert _printed(width).splitlines() == [
        "Ana of Ghent",
        "  accepted: yes",
        f"  address: {_ROWS[0][2]}",
        "Bo",
        "  address: bo@example.com",
    ]


@pytest.mark.parametrize("width", [1, 20, 37, 60, 1000])
def test_a_text_is_broken_between_words_and_commands_only(width: int) -> None:
    command = "`aws sagemaker delete-workforce --workforce-name dev`"
    address = "https://abc.labeling.us-east-1.sagemaker.aws"
    text = f"delete its work teams, then run {command}: it is left over ({address})"

    lines = broken(text, width)

    assert " ".join(lines) == text
    assert sum(command in line for line in lines) == 1
    assert sum(address in line for line in lines) == 1
    assert [line for line in lines if len(line) > width and " " in line.replace(command, "")] == []
