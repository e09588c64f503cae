"""A worker of a team: an address, or an address with more."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from dataset.messages import shown
from ground_truth.config.effects import Effect
from ground_truth.config.fields import Email
from ground_truth.config.section import Section
from ground_truth.validators import people as people_validators


def _day(value: object) -> object:
    if not isinstance(value, str):  # in Python; in a file all is text
        return value
    return people_validators.day(value)


class Worker(Section):
    """Somebody who is invited and labels: an address, or a mapping with more."""

    #: The address that is invited.
    email: Annotated[Email, Effect("in place")]
    #: The last day of work, which ends at midnight UTC: within an hour after it the person leaves
    #: the teams, is signed out, and can't sign in any more. A later day brings them back.
    until: Annotated[
        Annotated[
            date,
            BeforeValidator(
                _day,
                json_schema_input_type=Annotated[
                    str, Field(pattern=f"^{people_validators.DAY_PATTERN}$")
                ],
            ),
        ]
        | None,
        Effect("in place"),
    ] = None


def _named(value: object) -> object:
    # Checked here, so that a message names the item as it is written.
    return {"email": people_validators.email(value)} if isinstance(value, str) else value


def _distinct(value: object) -> object:
    # Before each address is put into lower case, so that the message has both as written.
    if isinstance(value, list):
        emails = [each.get("email") if isinstance(each, dict) else each for each in value]
        if all(isinstance(email, str) for email in emails):
            people_validators.distinct_emails(tuple(map(str, emails)))
    return value


Workers: TypeAlias = Annotated[
    tuple[Annotated[Worker, BeforeValidator(_named, json_schema_input_type=str | Worker)], ...],
    BeforeValidator(_distinct),
]


def one_day_each(of_teams: list[tuple[str, tuple[Worker, ...]]]) -> dict[str, date]:
    """Return the last day of each address that has one, in whichever team it is written.

    Raises ValueError where two teams say two, since a person has one account.
    """
    found: dict[str, tuple[str, date]] = {}
    for team, workers in of_teams:
        for worker in workers:
            if worker.until is None:
                continue
            other, day = found.setdefault(worker.email, (team, worker.until))
            if day != worker.until:
                raise ValueError(
                    f"expected one last day for {shown(worker.email)}, who has one account, got"
                    f" {day} in team {other} and {worker.until} in team {team}"
                )
    return {email: day for email, (_, day) in found.items()}
