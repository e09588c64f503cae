"""`ground-truth validate`: says what is wrong with environment files, without CDK and AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.text import Text

from cli.plan.approvals import check_names, load_approvals
from cli.repository import environment_names, find_environment, misnamed, repository
from cli.verb import AnyEnvironmentName, AsJson, end, verb
from ground_truth.config import EnvironmentFileError, load, load_all
from ground_truth.config.neighbours import check_apart
from ground_truth.config.yaml_file import display_name

if TYPE_CHECKING:
    from rich.console import Console

_PLACE: Final = re.compile(r"(?P<file>.+?):(?:(?P<line>\d+):)? (?P<message>.*)", re.DOTALL)


@verb("ground-truth validate", "ground-truth validate dev", "ground-truth validate --json")
def validate(environment: AnyEnvironmentName = None, *, as_json: AsJson = False) -> None:
    """Say whether environment files are right, and which lines are not.

    It reads them, and their approvals, as a deployment does, without CDK and AWS.
    """
    folder = repository() / "environments"
    names = environment_names() if environment is None else [find_environment(environment).stem]
    problems: dict[str, list[re.Match[str]]] = {
        display_name(folder / f"{name}.yaml"): [] for name in names
    }
    for problem in _of_all(folder, names) if environment is None else _of_one(folder, environment):
        place = _PLACE.fullmatch(problem)
        assert place is not None, problem  # noqa: S101  # for the type
        problems.setdefault(place["file"], []).append(place)
        # What two files have in common is said of both at once, and neither is right.
        for file in place["file"].split(" and "):
            if file != place["file"] and not problems.get(file):
                problems.pop(file, None)

    def show(console: Console) -> None:
        for file, found in problems.items():
            if not found:
                console.print(Text.assemble(f"{file}: ", ("right", "green")))
            for each in found:
                console.print(Text(each[0], "red"))

    number = sum(map(len, problems.values()))
    end(
        {
            "files": [
                {
                    "file": file,
                    "problems": [
                        {"line": each["line"] and int(each["line"]), "message": each["message"]}
                        for each in found
                    ],
                }
                for file, found in problems.items()
            ]
        },
        show,
        as_json=as_json,
        status=1 if number else 0,
        error=f"problems in environment files: {number}" if number else None,
    )


def _of_all(folder: Path, names: list[str]) -> Iterator[str]:
    yield from _problems(lambda: load_all(folder))
    yield from _problems(lambda: check_names(folder, names))
    for name in names:
        yield from _problems(lambda name=name: load_approvals(folder, name))  # type: ignore[misc]  # mypy knows no defaults of lambdas
    yield from (misnamed(path) for path in sorted(folder.glob("*.yml")))


def _of_one(folder: Path, name: str) -> Iterator[str]:
    yield from _problems(lambda: load(folder / f"{name}.yaml"))
    yield from _problems(lambda: check_apart(folder, name))
    yield from _problems(lambda: load_approvals(folder, name))


def _problems(read: Callable[[], object]) -> tuple[str, ...]:
    try:
        read()
    except EnvironmentFileError as error:
        return error.problems
    return ()
