"""People are named by number and initials where no address may stand."""

import pytest

from workforce.names import name_of, names_of, without_addresses


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ana@example.com", "3 (A.)"),
        ("ana.berg@example.com", "3 (A.B.)"),
        ("ana-maria_de.la.vega2@example.com", "3 (A.M.D.)"),
        ("7@example.com", "3"),
        ("éva.ő@example.com", "3 (É.Ő.)"),
    ],
)
def test_people_are_named_by_number_and_initials(email: str, name: str) -> None:
    assert name_of(3, email) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("User Ana@Example.com is unknown.", "User worker 1 (A.) is unknown."),
        ("'bo@example.com', ana@example.com.", "'worker 2 (B.)', worker 1 (A.)."),
        ("x.bo@example.com and bo@example.com.au", "an address and an address"),
        ("mailto:eve@mail.example.com", "mailto:an address"),
        (
            "arn:aws:sns:us-east-1:111122223333:readers",
            "arn:aws:sns:us-east-1:111122223333:readers",
        ),
    ],
)
def test_no_address_is_left_in_a_text(text: str, said: str) -> None:
    assert without_addresses(text, names_of(["ana@example.com", "bo@example.com"])) == said
