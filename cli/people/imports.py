"""`ground-truth workers ENV import FILE`: brings people into the list that an environment keeps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from cli.aws.people import Clients, PeopleError, stack_of
from cli.aws.repairs import fix
from cli.errors import CommandError
from cli.people.comparison import Comparison, compare
from cli.people.reading import rows_of
from cli.people.store import Stored, people_in, stored, write
from custom_resource.errors import code_of
from ground_truth.config import Environment
from workforce.mail_days import mail_days
from workforce.people_file import MOST_BYTES, Person, written
from workforce.people_table import Fault

if TYPE_CHECKING:
    from rich.console import Console

#: The file that stands for standard input, for what was pasted.
_STDIN: Final = "-"
#: So many may leave without a word, and half of the others.
_FEW: Final = 2


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asks for."""

    file: Path
    #: Keys of the teams of those of whom the file says none.
    teams: tuple[str, ...] = ()
    #: Whether the list names from now on whom the file names, and nobody else.
    replaces: bool = False
    #: How many are known to leave.
    leaving: int = 0
    #: Whether nothing is asked.
    yes: bool = False


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What has come of it."""

    found: Comparison
    #: When invitations go, where that is not today; empty where it is.
    mails: str
    #: Where the list is; None where people stand in the environment file.
    source: str | None
    #: Whether the list was written.
    is_written: bool = False
    #: What became of the people, or what there is to do.
    outcome: str = ""
    #: What is wrong; empty where nothing is.
    error: str = ""
    #: The lines to write into the environment file, where people stand there.
    lines: tuple[str, ...] = ()


def run_import(
    environment: Environment,
    clients: Clients,
    wanted: Wanted,
    show: Callable[[Comparison, str], None],
) -> Imported:
    """Read a file, `show` what it changes, ask, write, and let it take effect.

    Raises CommandError where nothing can be read or compared, and botocore's errors.
    """
    workforce = environment.workforce
    if not all(team.workers or workforce.workers_from for team in workforce.teams.values()):
        raise CommandError(
            f"people of {environment.name} sign in by OIDC: they are those of its identity provider"
        )
    for team in wanted.teams:
        if team not in workforce.teams:
            raise CommandError(
                f"expected one of the teams {', '.join(workforce.teams)} in --team, got {team!r}"
            )
    before = Stored(data=None) if workforce.workers_from is None else stored(environment, clients)
    rows, faults = rows_of(_content(wanted.file), wanted.file.name)
    found = compare(
        rows,
        faults,
        there=_there(environment, before, wanted),
        in_file=workforce.workers,
        teams=tuple(workforce.teams),
        given=wanted.teams,
        replaces=wanted.replaces,
    )
    by_cognito = not _has_own_sender(environment, clients)
    mails = mail_days(len(found.new), datetime.now(UTC).date()) if by_cognito else ""
    show(found, mails)
    made = Imported(found=found, mails=mails, source=workforce.workers_from)
    if found.faults:
        return replace(made, error=_error(found, environment, wanted))
    if workforce.workers_from is None:
        return replace(made, lines=tuple(lines_for_file(environment, found.new)))
    if not (found.new or found.changed or found.gone):
        return replace(made, outcome="nothing to write: everybody is named already")
    _agree(found, wanted)
    write(environment, before, written(found.whole), clients)
    outcome, error = _applied(environment, clients, len(found.gone))
    return replace(made, is_written=True, outcome=outcome, error=error)


def _has_own_sender(environment: Environment, clients: Clients) -> bool:
    """Say whether SES sends the invitations of a pool, which has other limits than Cognito."""
    if environment.workforce.create is not None:
        return environment.workforce.email_from is not None
    try:
        outputs = stack_of(environment, clients).get("Outputs", [])
        pool = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "UserPoolId")
        found = clients.cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    except (ClientError, PeopleError, StopIteration):
        # Not deployed yet, or not to be seen.
        return False
    return found.get("EmailConfiguration", {}).get("EmailSendingAccount") == "DEVELOPER"


def faults_text(faults: Iterable[Fault]) -> list[str]:
    """Return what is wrong, for who has the file before them."""
    return [
        (f"line {each.line}: " if each.line else "")
        + each.expected
        + (f", got {each.got!r}" if each.got else "")
        for each in faults
    ]


def lines_for_file(environment: Environment, people: Sequence[Person]) -> list[str]:
    """Return the lines of an environment file that name more people in their teams."""
    if not people:
        return []
    lines = ["workforce:", "  teams:"]
    for key in environment.workforce.teams:
        here = [each for each in people if key in each.teams]
        if here:
            lines += [f"    {key}:", "      workers:", *(_line(each) for each in here)]
    return lines


def _line(person: Person) -> str:
    if person.until is None:
        return f"        - {person.address}"
    return f"        - {{email: {person.address}, until: {person.until}}}"


def _content(file: Path) -> bytes:
    try:
        if str(file) == _STDIN:
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(
            f"expected a file, or - for what is pasted, got {str(file)!r}: {error.strerror}"
        ) from None


def _there(environment: Environment, before: Stored, wanted: Wanted) -> list[Person]:
    if before.data is None:
        return []
    try:
        return people_in(environment, before.data)
    except CommandError:
        # What can't be read has no people who could be lost.
        if wanted.replaces:
            return []
        raise


def _error(found: Comparison, environment: Environment, wanted: Wanted) -> str:
    teams = environment.workforce.teams
    without = [each for each in found.faults if each.expected.startswith("expected a team (")]
    if len(without) == len(found.faults) and not wanted.teams and len(teams) > 1:
        return f"say the team of these people, by --team {' or --team '.join(teams)}"
    return f"faults in the file: {len(found.faults)}; nothing was written"


def _agree(found: Comparison, wanted: Wanted) -> None:
    """Ask; raises CommandError unless somebody agrees."""
    leaving = len(found.gone)
    staying = len(found.whole) - len(found.new)
    is_most = leaving > max(_FEW, staying)
    if wanted.leaving and wanted.leaving != leaving:
        raise CommandError(
            f"expected --leaving {leaving}, as many as leave, got {wanted.leaving}; nothing was"
            " written"
        )
    if wanted.yes and (not is_most or wanted.leaving):
        return
    if wanted.yes or str(wanted.file) == _STDIN or not sys.stdin.isatty():
        more = f" --leaving {leaving}" if is_most else ""
        raise CommandError(f"expected --yes{more} where nobody can be asked; nothing was written")
    expected = str(leaving) if is_most else "yes"
    what = "as many as leave" if is_most else "to write this"
    sys.stderr.write(f"Type {expected}, {what}: ")
    sys.stderr.flush()
    if (answer := sys.stdin.readline().strip()) != expected:
        raise CommandError(f"expected {expected!r}, got {answer!r}; nothing was written")


def _applied(environment: Environment, clients: Clients, leaving: int) -> tuple[str, str]:
    """Let the list take effect, as `--fix` does; return what came of it, and what is wrong."""
    deploy = f"`ground-truth deploy {environment.name}`"
    try:
        return fix(environment, clients, may_leave=leaving), ""
    except PeopleError as error:
        return "", f"the list is written, and takes effect with {deploy}: {error}"
    except ClientError as error:
        return "", (
            f"the list is written, and takes effect with {deploy}: {error.operation_name} was"
            f" refused with {code_of(error)}"
        )


def show_comparison(found: Comparison, mails: str, screen: Console) -> None:
    """Print what becomes of everybody."""
    for sign, people, words in (
        ("+", found.new, "new"),
        ("~", found.changed, "in other teams, or with another name or last day"),
        ("-", found.gone, "gone"),
    ):
        if people:
            screen.print(f"{len(people)} {words}:")
        for each in people:
            name = f" ({each.name})" if each.name else ""
            until = f", until {each.until}" if each.until else ""
            screen.print(f"  {sign} {each.address}{name}: {', '.join(sorted(each.teams))}{until}")
    for addresses, words in (
        ([each.address for each in found.known], "known already"),
        (found.in_file, "in the environment file already"),
        (found.doubled, "said more than once, and taken once"),
    ):
        if addresses:
            screen.print(f"{len(addresses)} {words}: {', '.join(addresses)}")
    for sentence in faults_text(found.faults):
        screen.print(sentence)
    if mails:
        screen.print(mails)
