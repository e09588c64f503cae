"""What people have of others is read as it comes: pasted, printed or saved."""

from __future__ import annotations

import json

import pytest

from cli.people.reading import rows_of
from workforce.people_file import people_of
from workforce.people_table import Row

_ANA, _BO = "ana@example.com", "bo@example.com"


def _read(text: str, name: str = "") -> list[tuple[str, tuple[str, ...] | None, str, str]]:
    rows, faults = rows_of(text.encode(), name)
    assert faults == []
    return [(row.address, row.teams, row.name, row.until) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        f"Ana Lee <{_ANA}>, {_BO}",
        f"Ana Lee <{_ANA}>; {_BO};",
        f"{_ANA}\n\n{_BO}\n",
        f"{_ANA} {_BO}",
        f"Ana Lee <{_ANA}>\t{_BO}",
        f'"Lee, Ana" <{_ANA}>, Bo <{_BO}>',
    ],
)
def test_a_pasted_list_is_read_however_people_are_parted(text: str) -> None:
    rows, faults = rows_of(text.encode())

    people, more = people_of(rows, ("readers",))
    assert (faults, more) == ([], [])
    assert [each.address for each in people] == [_ANA, _BO]


def test_a_pasted_name_stays_with_its_address() -> None:
    rows, _ = rows_of(f'"Lee, Ana" <{_ANA}>'.encode())

    assert [row.address for row in rows] == [f'"Lee, Ana" <{_ANA}>']


def test_what_is_pasted_between_and_is_no_address_is_left_for_the_fault() -> None:
    rows, _ = rows_of(f"{_ANA}, Bo\n{_BO}".encode())

    assert [(row.line, row.address) for row in rows] == [(1, _ANA), (1, "Bo"), (2, _BO)]


def test_a_table_is_read_by_its_columns() -> None:
    text = f"Name;E-Mail;Team\nAna Lee;{_ANA};readers\n"

    assert _read(text) == [(_ANA, ("readers",), "Ana Lee", "")]


def test_what_list_users_prints_is_read() -> None:
    users = [
        {
            "Username": "0a1b",
            "Attributes": [
                {"Name": "sub", "Value": "0a1b"},
                {"Name": "address", "Value": "1 High Street"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "email", "Value": _ANA},
                {"Name": "name", "Value": "Ana Lee"},
            ],
            "Enabled": True,
        }
    ]

    assert _read(json.dumps({"Users": users}, indent=4)) == [(_ANA, None, "Ana Lee", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"workers: [{_ANA}, {_BO}]\n", [(_ANA, None, "", ""), (_BO, None, "", "")]),
        (
            f"- {_ANA}\n- {{email: {_BO}, until: 2027-01-31}}\n",
            [(_ANA, None, "", ""), (_BO, None, "", "2027-01-31")],
        ),
        (
            f"region: x\nworkforce:\n  teams:\n    readers:\n      workers:\n      - {_ANA}\n"
            f"    writers: {{workers: [{{address: {_BO}, name: Bo}}]}}\n",
            [(_ANA, ("readers",), "", ""), (_BO, ("writers",), "Bo", "")],
        ),
        (f"teams:\n  readers:\n    workers: [{_ANA}]\n", [(_ANA, ("readers",), "", "")]),
    ],
)
def test_yaml_is_read_as_in_environment_files(
    text: str, expected: list[tuple[str, tuple[str, ...] | None, str, str]]
) -> None:
    assert _read(text, "people.yaml") == expected


@pytest.mark.parametrize(
    ("text", "name", "line", "words"),
    [
        ("workers: &all [a@example.com]\nmore: *all\n", "a.yml", 1, "no anchors"),
        ("workers: [a@example.com\n", "a.yaml", 2, "expected YAML"),
        ("just text", "a.yaml", 1, "expected a list of people"),
        ('{"Users": 3}', "", 1, "expected a list of people"),
        ("[" * 100_000, "", 0, "expected JSON"),
        ("[1,\n2", "", 2, "expected JSON"),
        ("a\0b", "", 1, "expected a text"),
        ("x" * (1024 * 1024 + 1), "", 0, "expected at most"),
    ],
)
def test_what_can_not_be_read_is_one_fault(text: str, name: str, line: int, words: str) -> None:
    _, (fault,) = rows_of(text.encode(), name)

    assert fault.line == line
    assert words in fault.expected


def test_the_line_of_each_person_is_known() -> None:
    rows, _ = rows_of(f"workers:\n  # she\n  - {_ANA}\n  - email: {_BO}\n".encode(), "a.yaml")

    assert rows == [Row(line=3, address=_ANA), Row(line=4, address=_BO)]
