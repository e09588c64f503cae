"""How people sign in to a pool says what their accounts are called and how they are found."""

from typing import Any

import pytest

from workforce.sign_in import sign_in_of

_ANA = "ana@example.com"


def test_where_two_spellings_are_one_account_it_is_asked_for_once() -> None:
    pool = {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
    }

    assert sign_in_of(pool).filters(_ANA) == ['email = "ana@example.com"']


@pytest.mark.parametrize(
    "pool",
    [
        {},
        {"UsernameAttributes": ["email"]},
        {"UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": True}},
        {"UsernameConfiguration": {"CaseSensitive": False}},
        {"AliasAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False}},
    ],
)
def test_elsewhere_its_beginning_is_asked_for_in_either_case(pool: dict[str, Any]) -> None:
    first, *others = sign_in_of(pool).filters(_ANA)

    assert first == 'email = "ana@example.com"'
    assert sorted(others) == [
        f'email ^= "{beginning}"'
        for beginning in ("ANA", "ANa", "AnA", "Ana", "aNA", "aNa", "anA", "ana")
    ]


def test_digits_have_one_case() -> None:
    assert len(sign_in_of({}).filters("a1@example.com")) == 1 + 2


@pytest.mark.parametrize(
    ("pool", "is_address"),
    [
        ({}, True),
        ({"UsernameAttributes": ["email", "phone_number"]}, True),
        ({"AliasAttributes": ["phone_number"]}, True),
        ({"AliasAttributes": ["email", "preferred_username"]}, False),
    ],
)
def test_a_username_is_the_address_where_that_may_be(
    pool: dict[str, Any], *, is_address: bool
) -> None:
    assert (sign_in_of(pool).username(_ANA) == _ANA) is is_address
