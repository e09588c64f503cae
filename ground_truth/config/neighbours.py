"""Whether the environments of a folder can be told apart by the names of what they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from ground_truth.config.yaml_file import (
    EnvironmentFileError,
    display_name,
    environment_files,
    read,
)

#: The group of the accounts that an environment has made is called like a team of this key.
_MARKER: Final = "workers"


@dataclass(frozen=True, kw_only=True)
class _Names:
    file: Path
    #: Account, where the file names one, and Region.
    account: str | None
    region: str | None
    jobs: tuple[str, ...]
    teams: tuple[str, ...]

    @property
    def environment(self) -> str:
        return self.file.stem


def check_apart(folder: Path, environment: str | None = None) -> None:
    """Raise EnvironmentFileError for two files that would give two things one name.

    Names are made of an environment's and a job's or a team's, with a hyphen between. With
    `environment`, only what that one has in common with others counts. A file that can't be read
    has no names.
    """
    known = [each for path in environment_files(folder) for each in _names(path)]
    problems = [
        problem
        for one, other in permutations(known, 2)
        if environment in (None, one.environment, other.environment) and _may_meet(one, other)
        for problem in _problems(one, other)
    ]
    if problems:
        raise EnvironmentFileError(problems)


def _names(path: Path) -> Iterator[_Names]:
    with suppress(EnvironmentFileError):
        data = read(path).data
        workforce = data.get("workforce")
        yield _Names(
            file=path,
            account=_text(data.get("account")),
            region=_text(data.get("region")),
            jobs=_keys(data.get("jobs")),
            teams=_keys(workforce.get("teams") if isinstance(workforce, Mapping) else None),
        )


def _text(value: Any) -> str | None:
    """Return a text; nobody knows yet whether the file is right."""
    return value if isinstance(value, str) else None


def _keys(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Mapping) else ()


def _may_meet(one: _Names, other: _Names) -> bool:
    """Say whether two environments may be in one account; then the Region is a fact."""
    accounts = {one.account, other.account}
    return one.region == other.region and (len(accounts) == 1 or None in accounts)


def _problems(one: _Names, other: _Names) -> Iterator[str]:
    """Yield where names of the second begin as those of the first, whose own name is shorter."""
    files = f"{display_name(one.file)} and {display_name(other.file)}"
    beginning = f"{one.environment}-"
    if not other.environment.startswith(beginning):
        return
    for job in one.jobs:
        for its in other.jobs:
            if f"{other.environment}-{its}-".startswith(f"{beginning}{job}-"):
                yield (
                    f"{files}: expected jobs whose runs have names of their own, got job {job!r}"
                    f" and job {its!r}, both with {one.environment}-{job}-…; rename one of them or"
                    " its environment"
                )
    for team in (*one.teams, _MARKER):
        for its in (*other.teams, _MARKER):
            if f"{other.environment}-{its}" == f"{beginning}{team}":
                yield (
                    f"{files}: expected teams with names of their own, got team {team!r} and"
                    f" {'the group of accounts' if its == _MARKER else f'team {its!r}'}, both"
                    f" called {beginning}{team}; rename one of them or its environment"
                )
