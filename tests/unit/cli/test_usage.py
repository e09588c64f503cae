"""A wrong command line is said in this command's words, with what would be right."""

from collections.abc import Callable

import pytest
from typer.testing import Result

from cli.command import VERBS

_USAGE = 64


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("plan --format html", "--format: expected one of text, markdown, json, got 'html'"),
        ("plan --format jsn", "json, got 'jsn'; did you mean 'json'?"),
        ("plan --today tomorrow", "--today: expected a day such as 2027-01-31, got 'tomorrow'"),
        ("plan --today 2027-02-30", "--today: expected a day such as 2027-01-31, got '2027-02-30'"),
        ("plan --json --format markdown", "expected --json or --format markdown, got both"),
        ("plan --base", "expected a value behind --base, got none"),
        ("plan dev", "expected nothing more, got 'dev'"),
        ("validate dev even-odd", "expected nothing more, got 'even-odd'"),
        ("workers dev remind x y z", "expected nothing more, got 'y z'"),
        (
            "workers dev even-odd x",
            "expected `remind` before an address, or `import` before a file, got 'even-odd'",
        ),
        (
            "workers dev --replace",
            "expected `import FILE` beside --team, --replace, --leaving and --yes, got none",
        ),
        ("validate --today x", "expected an option that there is, got --today"),
        ("demo --kep", "an option that there is, got --kep; did you mean --help or --keep?"),
        ("validate --yes=no", "expected an option that there is, got --yes"),
        ("deploy dev --yes=no", "expected --yes alone, got a value with it"),
    ],
)
def test_what_was_expected_is_said(
    ground_truth: Callable[..., Result], arguments: str, words: str
) -> None:
    verb, *_ = arguments.split()

    result = ground_truth(*arguments.split())

    assert result.exit_code == _USAGE
    told = result.stdout + result.stderr
    assert f"{words}; see `ground-truth {verb} --help`" in told
    assert "Invalid" not in told
    assert "Value error" not in told


def test_a_verb_that_is_not_there_is_said_with_those_that_are(
    ground_truth: Callable[..., Result],
) -> None:
    result = ground_truth("bundle")

    assert result.exit_code == _USAGE
    assert result.stderr == (
        f"ground-truth: expected one of the verbs {', '.join(VERBS)}, got 'bundle'; see"
        " `ground-truth --help`\n"
    )
