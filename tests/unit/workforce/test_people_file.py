"""Lists of people as spreadsheets, consoles and people write them."""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest
import yaml

from ground_truth.validators import people as rules
from workforce.people_file import MOST_BYTES, Person, address_in, read, sentence, written
from workforce.people_table import Fault

_TEAMS = ("readers", "writers")


def _read(text: str, *teams: str) -> tuple[list[Person], list[Fault]]:
    return read(text.encode(), teams or _TEAMS)


def _people(text: str, *teams: str) -> dict[str, str]:
    """Return address to teams of a list without faults."""
    people, faults = _read(text, *teams)
    assert faults == []
    return {each.address: " ".join(sorted(each.teams)) for each in people}


def _faults(text: str, *teams: str) -> list[tuple[int, str]]:
    return [(each.line, each.expected) for each in _read(text, *teams)[1]]


def test_a_table_says_address_teams_name_and_last_day() -> None:
    people, faults = _read(
        "address,teams,name,until\nAna@Example.com,readers writers,Ana Lee,2027-01-31\n"
    )

    assert faults == []
    assert people == [
        Person(
            line=2,
            address="ana@example.com",
            teams=frozenset(_TEAMS),
            name="Ana Lee",
            until=date(2027, 1, 31),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("address;teams\nana@example.com;readers\n", id="semicolons"),
        pytest.param("sep=;\r\naddress;teams\r\nana@example.com;readers\r\n", id="Excel's line"),
        pytest.param("address\tteams\nana@example.com\treaders\n", id="tabs"),
        pytest.param("E-Mail Adress,Team\nana@example.com,readers", id="names that nearly fit"),
        pytest.param("\naddress,teams\n\n , \nana@example.com,readers\n", id="empty lines"),
        pytest.param('"address","teams"\n"ana@example.com","readers"\n', id="quotes"),
        pytest.param("teams,phone,email\nreaders,1,ana@example.com\n", id="more columns"),
        pytest.param("address,teams\nAna Lee <ana@example.com>,readers\n", id="a name before it"),
        pytest.param(
            "cognito:username,name,email,email_verified,groups\nx,Ana,ana@example.com,true,readers\n",
            id="the console's table for imports",
        ),
        pytest.param(
            "address,email,Mailing Address,groups\n1 High Street,ana@example.com,,readers\n",
            id="postal addresses before and after",
        ),
        pytest.param(
            "Mailing Address,email,groups\n1 High Street,ana@example.com,readers\n",
            id="a postal address before",
        ),
        pytest.param("- address: ana@example.com\n  teams: [readers]\n", id="list"),
        pytest.param("workers:\n  - email: ana@example.com\n    team: readers\n", id="with a key"),
        pytest.param(
            "---\n# all\n- address: ana@example.com # she\n  teams:\n  - 'readers'\n", id="comments"
        ),
    ],
)
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(str.encode, id="UTF-8"),
        pytest.param(lambda text: codecs.BOM_UTF8 + text.encode(), id="with a mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="UTF-16 without a mark"),
    ],
)
def test_one_person_is_read_however_it_is_written(text: str, encode: object) -> None:
    assert callable(encode)
    people, faults = read(encode(text), _TEAMS)

    assert faults == []
    assert [(each.address, *each.teams) for each in people] == [("ana@example.com", "readers")]


def test_two_lines_of_one_address_are_one_person_in_both_teams() -> None:
    assert _people("address,teams\nana@example.com,readers\nANA@example.com,writers\n") == {
        "ana@example.com": "readers writers"
    }


def test_where_there_is_one_team_nobody_has_to_say_it() -> None:
    assert _people("email\nana@example.com\n", "readers") == {"ana@example.com": "readers"}
    assert _people("- ana@example.com\n- bo@example.com\n", "readers") == {
        "ana@example.com": "readers",
        "bo@example.com": "readers",
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("address,teams\nana@example.com,raeders\n", 2, "expected teams of this environment"),
        ("address,teams\nana@example.com,\n", 2, "expected a team"),
        ("address,teams\nana@exam ple.com,readers\n", 2, "expected an e-mail address"),
        ("address,teams\n,readers\n", 2, "expected an e-mail address"),
        ("address,teams\nana@example.com,readers,writers\n", 2, "expected 2 cells"),
        ('address,teams\nana@example.com,"readers\nbo@example.com,readers\n', 2, "expected quotes"),
        ("address,teams,until\nana@example.com,readers,31.1.2027\n", 2, "expected a date such as"),
        ("address,teams,until\nana@example.com,readers,2027-02-30\n", 2, "expected a date such as"),
        ("ana@example.com,readers\n", 1, "expected a first line that names the columns"),
        ("who,teams\nana@example.com,readers\n", 1, "expected a first line that names the columns"),
        ("mail,e-mail\na@example.com,b@example.com\n", 1, "expected one column with the address"),
        ("address,teams\nana@example.com,readers\n\0", 3, "expected a text"),
        ("", 0, "expected people, got an empty file"),
        ("address,teams\n", 0, "expected people, got none"),
        (
            "- address: ana@example.com\n  tems: readers\n  group: writers\n",
            3,
            "expected the teams",
        ),
        ("- &a ana@example.com\n", 1, "expected a list such as"),
        ("- address: ana@example.com\n   teams: readers\n", 2, "expected a list such as"),
        ("- address: ana@example.com\n  role: lead\n", 2, "expected one of the keys"),
        ("- address: 'ana@example.com\n", 1, "expected a list such as"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, words: str) -> None:
    ((found, expected),) = _faults(text)

    assert (found, expected[: len(words)]) == (line, words)


def test_every_fault_is_named_once_and_the_first_ones_only() -> None:
    rows = [f"w{number}@example.com,nobody" for number in range(12)]

    said = sentence(_read("\n".join(["address,teams", *rows]))[1])

    assert said.count("expected teams of this environment (readers, writers)") == 10
    assert said.endswith("; and 2 more")


def test_a_sentence_names_people_by_line_and_initials() -> None:
    said = sentence(_read("address,teams\nana.lee@example.com,x@y.zz\nnobody,readers\n")[1])

    assert said == (
        "line 2 (A.L.): expected teams of this environment (readers, writers);"
        " line 3: expected an e-mail address such as ana@example.com"
    )


def test_two_last_days_of_one_person_are_a_fault() -> None:
    text = (
        "address,teams,until\na@example.com,readers,2027-01-31\na@example.com,writers,2027-02-01\n"
    )

    assert _faults(text) == [(3, "expected the date of line 2, which has the same address")]


def test_another_encoding_is_named_with_the_line() -> None:
    _, (fault,) = read("address,name\nana@example.com,Jürg\n".encode("latin-1"), ("readers",))

    assert (fault.line, fault.expected[:29]) == (2, "expected a text in UTF-8; sav")


def test_what_is_too_large_is_not_read() -> None:
    _, (fault,) = read(b"a" * (MOST_BYTES + 1), _TEAMS)

    assert fault.expected.startswith("expected at most")


def test_what_is_written_is_read_as_it_was() -> None:
    people, _ = _read(
        'address,teams,name,until\nbo@example.com,readers writers,"Lee, Bo",2027-01-31\n'
        "ana@example.com,readers,,\n"
    )

    again, faults = read(written(people), _TEAMS)

    assert faults == []
    assert {(each.address, each.teams, each.name, each.until) for each in again} == {
        (each.address, each.teams, each.name, each.until) for each in people
    }
    assert [each.address for each in again] == ["ana@example.com", "bo@example.com"]


@pytest.mark.parametrize(
    "text",
    [
        "- address: ana@example.com\n  teams: [readers, writers]\n  until: 2027-01-31\n",
        "workers:\n- address: \"ana@example.com\"\n  teams:\n  - readers\n  - 'writers'\n",
        "  - address: ana@example.com\n    name: Ana O'Neil # Lee\n    teams: readers\n",
        "- address: ana@example.com\n  name: 'a # b'\n  teams: []\n",
        "- ana@example.com\n- bo@example.com\n",
    ],
)
def test_a_list_says_what_any_reader_of_yaml_reads_in_it(text: str) -> None:
    loaded = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # the safest of all
    items = loaded["workers"] if isinstance(loaded, dict) else loaded
    expected = {}
    for item in items:
        said = {"address": item} if isinstance(item, str) else item
        teams = said.get("teams") or ["readers"]
        expected[said["address"]] = (
            {teams} if isinstance(teams, str) else {*teams},
            said.get("name", ""),
            said.get("until", ""),
        )

    people, faults = _read(text, "readers") if "writers" not in text else _read(text)

    assert faults == []
    assert {
        each.address: ({*each.teams}, each.name, each.until.isoformat() if each.until else "")
        for each in people
    } == expected


@pytest.mark.parametrize(
    "address",
    [
        *("ana@example.com", "a.b+c@x-y.example.com", "o'neil@example.com", "a@b", "a@b..c"),
        *("a..b@example.com", ".a@example.com", "ana@-example.com", "ana@exa mple.com", "ana"),
        *("@example.com", "ana@example.com.", "ü@example.com", f"{'a' * 120}@example.com"),
    ],
)
def test_an_address_is_one_here_and_in_environment_files_alike(address: str) -> None:
    try:
        expected = rules.email(address)
    except ValueError:
        expected = ""

    assert address_in(address) == ("", expected)


def test_the_columns_are_those_that_the_documents_name() -> None:
    text = (Path(__file__).parents[3] / "docs" / "workforce.md").read_text(encoding="utf-8")

    assert "address,teams,name,until" in text
