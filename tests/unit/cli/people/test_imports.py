"""A lead brings a file in, and the people of it are invited."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.aws.people import Clients, find
from cli.aws.repairs import differences, without_addresses
from cli.errors import CommandError
from cli.people.comparison import Comparison
from cli.people.imports import Imported, Wanted, faults_text, run_import
from cli.people.store import Stored, stored, with_list, write
from ground_truth.config import Environment, load
from tests.unit.cli.commands.deployed_people import DeployedPeople
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.people_lists import LIST, PeopleWithList, list_properties
from tests.unit.workforce.workforce_aws import SECRET
from tests.unit.workforce.workforce_events import create

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_FILE = """\
region: us-east-1
protected: false
workforce:
  create: {{organization: Example Labs, support_email: labeling@example.com}}
  {source}
  teams:
    readers: {{description: Reads, workers: [ana@example.com]}}
    writers: {{description: Writes{more}}}
"""


@dataclass
class _Aws(DeployedPeople, PeopleWithList):
    """An account in which `dev` is deployed with a list, or is to be."""

    def deploy_list_of(self, emails: list[str]) -> None:
        """Write a list of people who are all in one team, and deploy it."""
        self.name_people_of_list(emails)
        self.deploy_list()

    def deploy_list(self) -> None:
        """Deploy what the list says now."""
        self.add_pool()
        self.groups[POOL] = {f"dev-{name}": set() for name in ("readers", "writers", "workers")}
        self.deployed = list_properties(_ANA)
        create(self, "Workers", self.deployed)

    def services(self) -> Clients:
        """Return clients that end here."""
        more = {"s3": self._client("s3"), "secrets": self._client("secretsmanager")}
        return replace(super().services(), **more)


@pytest.fixture
def aws() -> _Aws:
    return _Aws(absent="NoSuchKey")


def _environment(folder: Path, source: str | None = LIST) -> Environment:
    file = folder / "environments" / "dev.yaml"
    file.parent.mkdir(exist_ok=True)
    said = f"workers_from: {source}" if source else "pin_urls_to_worker_ip: false"
    more = "" if source else f", workers: [{_ANA}]"
    file.write_text(_FILE.format(source=said, more=more), encoding="utf-8")
    return load(file)


def _import(
    folder: Path,
    aws: _Aws,
    text: str,
    *,
    source: str | None = LIST,
    name: str = "people.csv",
    **more: Any,
) -> Imported:
    (folder / name).write_text(text, encoding="utf-8")
    wanted = Wanted(file=folder / name, **{"yes": True, **more})
    return run_import(_environment(folder, source), aws.services(), wanted, _ignore)


def _ignore(found: Comparison, mails: str) -> None:
    del found, mails


def _in(aws: _Aws, team: str) -> set[str]:
    return aws.members().get(f"dev-{team}", set())


def test_people_are_written_and_invited(tmp_path: Path, aws: _Aws) -> None:
    aws.name_people_of_list([_BO])
    aws.deploy_list()

    made = _import(tmp_path, aws, f"Cy Doe <{_CY}>", teams=("writers",))

    assert (made.is_written, made.error) == (True, "")
    assert made.outcome.startswith("3 workers, 3 of them invited")
    assert aws.objects[LIST].decode() == (
        f"address,teams,name,until\n{_BO},readers,,\n{_CY},writers,Cy Doe,\n"
    )
    assert _in(aws, "writers") == {_CY}
    assert aws.mails == [_ANA, _BO, _CY]


def test_the_first_import_writes_the_list_before_there_is_a_stack(
    tmp_path: Path, aws: _Aws
) -> None:
    aws.refuse("DescribeStacks", "ValidationError", "Stack with id dev-Workforce does not exist")

    made = _import(tmp_path, aws, f"address,teams\n{_BO},readers\n")

    assert made.is_written
    assert "takes effect with `ground-truth deploy dev`" in made.error
    assert aws.objects[LIST].startswith(b"address,teams,name,until\nbo@example.com,readers")


def test_what_is_known_already_is_not_written_again(tmp_path: Path, aws: _Aws) -> None:
    aws.name_people_of_list([_BO])
    before = aws.objects[LIST]

    made = _import(tmp_path, aws, f"address,teams\n{_BO},readers\n{_ANA},readers\n")

    assert (made.is_written, made.outcome) == (
        False,
        "nothing to write: everybody is named already",
    )
    assert made.found.in_file == (_ANA,)
    assert aws.objects[LIST] == before


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"address,teams\n{_BO},raeders\n", "faults in the file: 1; nothing was written"),
        (f"{_BO}, {_CY}", "say the team of these people, by --team readers or --team writers"),
    ],
)
def test_a_file_with_faults_is_not_written(
    tmp_path: Path, aws: _Aws, text: str, error: str
) -> None:
    made = _import(tmp_path, aws, text)

    assert (made.error, made.is_written) == (error, False)
    assert aws.objects == {}


def test_who_has_the_file_is_shown_what_stands_there(tmp_path: Path, aws: _Aws) -> None:
    made = _import(tmp_path, aws, f"address,teams\n{_BO},raeders\nbo at home,readers\n")

    assert faults_text(made.found.faults) == [
        "line 2: expected teams of this environment (readers, writers), got 'raeders'",
        "line 3: expected an e-mail address such as ana@example.com, got 'bo at home'",
    ]


def test_two_leads_do_not_write_over_each_other(tmp_path: Path, aws: _Aws) -> None:
    environment, clients = _environment(tmp_path), aws.services()
    aws.name_people_of_list([_BO])
    mine = stored(environment, clients)
    aws.name_people_of_list([_BO, _CY])

    with pytest.raises(CommandError, match="somebody else has changed"):
        write(environment, mine, b"address,teams\n", clients)
    with pytest.raises(CommandError, match="somebody else has changed"):
        write(environment, Stored(data=None), b"address,teams\n", clients)

    assert _CY.encode() in aws.objects[LIST]


def test_a_secret_keeps_the_list_too_and_nobody_is_overtaken(tmp_path: Path, aws: _Aws) -> None:
    environment, clients = _environment(tmp_path, SECRET), aws.services()
    aws.secrets[SECRET] = f"- address: {_BO}\n  teams: [readers]\n"
    mine = stored(environment, clients)
    made = _import(tmp_path, aws, f"address,teams\n{_CY},readers\n", source=SECRET)

    with pytest.raises(CommandError, match="somebody else has changed"):
        write(environment, mine, b"address,teams\n", clients)

    assert made.is_written
    assert stored(environment, clients).data == (
        f"address,teams,name,until\n{_BO},readers,,\n{_CY},readers,,\n".encode()
    )


def test_what_a_secret_has_no_room_for_is_refused(tmp_path: Path, aws: _Aws) -> None:
    environment = _environment(tmp_path, SECRET)

    with pytest.raises(CommandError, match="keep the list as an object"):
        write(environment, Stored(data=None), b"a" * 65_537, aws.services())


def test_a_list_of_one_s_own_key_is_written_under_it(tmp_path: Path, aws: _Aws) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    environment = _environment(tmp_path)
    workforce = environment.workforce.model_copy(update={"workers_from_key": key})
    environment = environment.model_copy(update={"workforce": workforce})

    write(environment, Stored(data=None), b"address,teams\n", aws.services())

    (request,) = aws.called("PutObject")
    assert (request["ServerSideEncryption"], request["SSEKMSKeyId"]) == ("aws:kms", key)


def _ten(aws: _Aws) -> list[str]:
    people = [f"w{number}@example.com" for number in range(10)]
    aws.name_people_of_list(people)
    aws.deploy_list()
    return people


def test_a_list_that_replaces_another_takes_people_out(tmp_path: Path, aws: _Aws) -> None:
    people = _ten(aws)
    table = "\n".join(["address,teams", *(f"{each},readers" for each in people[:8])])

    made = _import(tmp_path, aws, table, replaces=True)

    assert [each.address for each in made.found.gone] == people[8:]
    assert _in(aws, "readers") == {_ANA, *people[:8]}


def test_that_most_leave_needs_their_number(tmp_path: Path, aws: _Aws) -> None:
    people = _ten(aws)
    table = f"address,teams\n{people[0]},readers\n"
    before = aws.objects[LIST]

    with pytest.raises(CommandError, match=r"expected --yes --leaving 9 where"):
        _import(tmp_path, aws, table, replaces=True)
    with pytest.raises(CommandError, match=r"expected --leaving 9, as many as leave, got 3"):
        _import(tmp_path, aws, table, replaces=True, leaving=3)
    assert aws.objects[LIST] == before

    made = _import(tmp_path, aws, table, replaces=True, leaving=9)

    assert made.error == ""
    assert _in(aws, "readers") == {_ANA, people[0]}


def test_nobody_is_written_unasked(
    tmp_path: Path, aws: _Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"address,teams\n{_BO},readers\n"
    with pytest.raises(CommandError, match="expected --yes where nobody can be asked"):
        _import(tmp_path, aws, text, yes=False)
    terminal = io.StringIO("no\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(CommandError, match="expected 'yes', got 'no'; nothing was written"):
        _import(tmp_path, aws, text, yes=False)

    assert aws.objects == {}


def test_what_is_pasted_comes_by_standard_input(
    tmp_path: Path, aws: _Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.deploy_list_of([_BO])
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(_CY.encode())))
    wanted = Wanted(file=Path("-"), teams=("readers",), yes=True)

    made = run_import(_environment(tmp_path), aws.services(), wanted, _ignore)

    assert [each.address for each in made.found.new] == [_CY]


def test_without_a_list_the_lines_of_the_file_are_printed(tmp_path: Path, aws: _Aws) -> None:
    table = (
        f"address,teams,until\n{_BO},readers writers,\n{_CY},readers,2027-01-31\n{_ANA},readers,\n"
    )

    made = _import(tmp_path, aws, table, source=None)

    assert made.lines == (
        "workforce:",
        "  teams:",
        "    readers:",
        "      workers:",
        f"        - {_BO}",
        f"        - {{email: {_CY}, until: 2027-01-31}}",
        "    writers:",
        "      workers:",
        f"        - {_BO}",
    )
    assert aws.called("PutObject") == []


def test_more_than_a_day_s_mails_are_said_before_anything_is_made(
    tmp_path: Path, aws: _Aws
) -> None:
    said: list[tuple[int, str]] = []
    file = tmp_path / "people.csv"
    rows = [f"w{number}@example.com,readers" for number in range(120)]
    file.write_text("\n".join(["address,teams", *rows]), encoding="utf-8")

    with pytest.raises(CommandError):
        run_import(
            _environment(tmp_path),
            aws.services(),
            Wanted(file=file),
            lambda found, mails: said.append((len(found.new), mails)),
        )

    ((number, mails),) = said
    assert number == 120
    assert mails.startswith("Cognito itself sends 50 mails a day: 50 invitations go on ")
    assert " 20 on " in mails


def test_a_file_that_is_not_there_is_named(tmp_path: Path, aws: _Aws) -> None:
    wanted = Wanted(file=tmp_path / "none.csv")

    with pytest.raises(CommandError, match=r"expected a file, or - for what is pasted, got .*none"):
        run_import(_environment(tmp_path), aws.services(), wanted, _ignore)


def test_people_of_the_list_are_shown_as_those_of_the_file(tmp_path: Path, aws: _Aws) -> None:
    aws.deploy_list_of([_BO, _CY])
    clients = aws.services()
    whole = with_list(_environment(tmp_path), clients)
    people = find(whole, clients)

    assert {email: (each.state, each.is_listed) for email, each in people.persons.items()} == {
        _ANA: ("invited", True),
        _BO: ("invited", True),
        _CY: ("invited", True),
    }
    aws.groups[POOL]["dev-readers"].discard(aws.name_of(_CY))
    found = differences(whole, find(whole, clients))
    assert "worker 3 (C.) is not in dev-readers" in " ".join(without_addresses(whole, found))


def test_a_last_day_in_the_list_is_that_of_the_file_s_person_too(tmp_path: Path, aws: _Aws) -> None:
    aws.put(f"{_ANA},readers,2026-01-31", header="address,teams,until")
    aws.deploy_list()
    clients = aws.services()
    whole = with_list(_environment(tmp_path), clients)

    assert f"{whole.workforce.last_days[_ANA]}" == "2026-01-31"
    assert differences(whole, find(whole, clients)).get(_ANA) is None


def test_a_list_that_can_not_be_read_is_said_without_addresses(tmp_path: Path, aws: _Aws) -> None:
    aws.objects[LIST] = b"address,teams\nanne@home.example,raeders\n"

    with pytest.raises(CommandError) as raised:
        with_list(_environment(tmp_path), aws.services())

    assert "line 2 (A.)" in str(raised.value)
    assert "@home" not in str(raised.value)
