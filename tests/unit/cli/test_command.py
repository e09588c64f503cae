"""How the command meets right and wrong input, whatever the verb."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cli.command import VERBS
from cli.repository import repository

_ROOT = Path(__file__).parents[3]
_HELP = Path(__file__).parents[2] / "data" / "help"
_PAGE = (_ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
#: What a plan never ends with.
_USAGE = 64
_OPTION = re.compile(r"(--[a-z-]+)")
_OF_ENVIRONMENTS = ("validate", "doctor", "deploy", "workers", "drift", "destroy", "test-aws")
#: Those that take all, or what is common to all, where none is named.
_OF_ANY = ("validate", "doctor")
#: What a verb begins with that starts AWS's or CDK's code.
_HEAVY = {"aws_cdk", "boto3", "botocore", "cfnlint", "constructs", "jsii", "ministack"}

Command = Callable[..., Result]


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_help_is_what_its_golden_file_shows(
    ground_truth: Command, verb: str, request: pytest.FixtureRequest
) -> None:
    result = ground_truth(*verb.split(), "--help", COLUMNS="80")
    file = _HELP / f"{verb or 'ground-truth'}.txt"

    if request.config.getoption("--update-golden-files"):
        file.write_text(result.stdout, encoding="utf-8")

    assert result.stdout == file.read_text(encoding="utf-8")


def test_no_golden_help_is_of_a_verb_that_is_gone() -> None:
    assert {file.stem for file in _HELP.iterdir()} == {"ground-truth", *VERBS}


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_fits_a_narrow_terminal(ground_truth: Command, verb: str) -> None:
    shown = ground_truth(*verb.split(), "--help", COLUMNS="40").stdout
    text, _, examples = shown.partition("Examples:")

    assert [line for line in text.splitlines() if len(line) > 40] == []
    assert "..." not in text.replace("[ARGS]...", "")
    assert all(line in shown for line in examples.splitlines())


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_commands_has_every_verb_with_its_options(verb: str) -> None:
    shown = (_HELP / f"{verb}.txt").read_text(encoding="utf-8")
    options, _, _ = shown.partition("Examples:")
    table, _, _ = _PAGE.partition("## Exit codes")
    (row,) = (line for line in table.splitlines() if re.match(rf"\| `{verb}[ `]", line))

    assert set(_OPTION.findall(options)) - {"--help", "--json"} == set(_OPTION.findall(row))


def test_the_page_of_commands_has_every_exit_code() -> None:
    shown = (_HELP / "ground-truth.txt").read_text(encoding="utf-8")
    _, _, codes = shown.partition("Exit codes:\n")

    assert re.findall(r"^ +([\d,]+)  ", codes, re.MULTILINE) == re.findall(
        r"^\| ([\d,]+) \|", _PAGE, re.MULTILINE
    )


def test_without_a_verb_the_help_is_shown(ground_truth: Command) -> None:
    result = ground_truth()

    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ground-truth")


def test_a_verb_that_is_not_there_has_the_nearest_beside_it(ground_truth: Command) -> None:
    result = ground_truth("deplo")

    assert result.exit_code == _USAGE
    assert "'deploy'" in result.stderr


@pytest.mark.parametrize("verb", [verb for verb in _OF_ENVIRONMENTS if verb not in _OF_ANY])
def test_without_an_environment_those_there_are_listed(ground_truth: Command, verb: str) -> None:
    result = ground_truth(verb)

    assert result.exit_code == _USAGE
    assert result.stderr == (
        f"ground-truth {verb}: expected one of the environments there are (dev), got none; see"
        f" `ground-truth {verb} --help`\n"
    )


@pytest.mark.parametrize("verb", _OF_ENVIRONMENTS)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deb", "(dev), got 'deb'; did you mean 'dev'?"),
        ("production", "(dev), got 'production'\n"),
        ("dev.yml", "got the name of a file, 'dev.yml'; write 'dev'"),
        ("environments/dev.yaml", "got the name of a file, 'environments/dev.yaml'; write 'dev'"),
        (
            "stage",
            "environments/stage.yml: expected a file that ends with .yaml, got one with .yml",
        ),
        ("", "(dev), got ''"),
    ],
)
def test_an_environment_that_is_not_there_is_named(
    ground_truth: Command, folder: Path, verb: str, name: str, words: str
) -> None:
    (folder / "environments" / "stage.yml").write_text("region: us-east-1")

    result = ground_truth(verb, name)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert words in result.stderr


@pytest.mark.parametrize("verb", [verb for verb in _OF_ENVIRONMENTS if verb != "validate"])
def test_a_file_with_mistakes_stops_a_verb_before_it_does_anything(
    ground_truth: Command, folder: Path, verb: str
) -> None:
    file = folder / "environments" / "dev.yaml"
    file.write_text(file.read_text().replace("us-east-1", "mars"))

    result = ground_truth(verb, "dev")

    assert result.exit_code == 1
    assert "environments/dev.yaml:1: region: expected a Region" in result.stderr


def test_a_job_that_is_not_in_the_file_is_named(ground_truth: Command) -> None:
    result = ground_truth("workers", "dev", "evenodd")

    assert result.exit_code == 1
    assert "jobs of dev (even-odd), got 'evenodd'; did you mean 'even-odd'?" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *([verb, "nowhere"] for verb in _OF_ENVIRONMENTS),
        *([verb] for verb in _OF_ENVIRONMENTS if verb not in _OF_ANY),
        ["destroy", "dev"],
        ["test-aws", "dev"],
        ["test-aws", "dev", "--region", "mars"],
        ["new", "Dev", "--task", "custom"],
        ["new", "stage", "--task", "costum"],
        ["plan", "--format", "markdown"],
        ["plan", "--today", "tomorrow"],
        ["demo", "--kep"],
        ["audit", "dev"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_an_error_is_json_where_json_is_asked_for(
    ground_truth: Command, arguments: list[str]
) -> None:
    result = ground_truth(*arguments, "--json")
    told = json.loads(result.stdout)

    assert result.exit_code == told["exit_code"]
    assert result.exit_code in (1, _USAGE)
    assert told["error"]


def test_in_another_checkout_its_own_command_is_asked_for(
    ground_truth: Command, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout / "environments")

    result = ground_truth("validate")

    assert result.exit_code == 1
    assert f"run `make setup` in {checkout}, then `.venv/bin/ground-truth`" in result.stderr


def test_outside_of_a_checkout_the_installation_s_environments_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert repository() == _ROOT


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ground-truth va", ["validate"]),
        ("ground-truth deploy ", ["dev", "fault", "wrong"]),
        ("ground-truth deploy d", ["dev"]),
        ("ground-truth doctor w", ["wrong"]),
        ("ground-truth workers dev ", ["even-odd", "import", "remind"]),
        ("ground-truth workers wrong od", ["odd"]),
        ("ground-truth workers fault ", ["import", "remind"]),
        ("ground-truth new stage --task point-cloud-s", ["point-cloud-semantic-segmentation"]),
        ("ground-truth destroy dev --y", ["--yes"]),
        ("ground-truth test-aws dev --region eu-w", ["eu-west-1", "eu-west-2"]),
    ],
)
def test_the_shell_completes_names_though_files_are_wrong(
    ground_truth: Command, folder: Path, words: str, expected: list[str]
) -> None:
    (folder / "environments" / "wrong.yaml").write_text("regon: x\njobs: {even: , odd: {}}\n")
    (folder / "environments" / "fault.yaml").write_text("jobs: {even\n  - odd")
    (folder / "environments" / "dev.approvals.yaml").write_text("approvals: {}")

    result = ground_truth(
        _GROUND_TRUTH_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split(" ")) - 1),
    )

    assert result.exit_code == 0
    assert result.stdout.split() == expected


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--help"], {}),
        (["plan", "--help"], {}),
        (["validate"], {}),
        (["new", "stage", "--task", "custom"], {}),
        (
            [],
            {
                "_GROUND_TRUTH_COMPLETE": "complete_bash",
                "COMP_WORDS": "ground-truth workers dev ",
                "COMP_CWORD": "3",
            },
        ),
    ],
    ids=["help", "help of a verb", "validate", "new", "completion"],
)
def test_what_must_be_quick_loads_nothing_heavy(
    folder: Path, arguments: list[str], variables: dict[str, str]
) -> None:
    program = (
        "import atexit, os, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        f"sys.argv[1:] = {arguments}\n"
        f"os.environ |= {variables}\n"
        "from cli.main import main\n"
        "main()\n"
    )

    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )

    assert "typer" in done.stderr.split()
    assert set(done.stderr.split()) & _HEAVY == set()
