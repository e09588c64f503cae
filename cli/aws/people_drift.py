"""How the people of an environment differ from its file and its list, in words that logs may have.

They are named by number and initials.
"""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import ClientError

from cli.aws.people import Clients, find
from cli.aws.repairs import differences, waiting, without_addresses
from cli.errors import CommandError
from cli.people.store import with_list
from ground_truth.config import Environment
from workforce.oidc_secret import words_for


@dataclass(frozen=True, kw_only=True)
class PeopleDrift:
    """What is otherwise than the file says, and what is only not done yet."""

    differences: tuple[str, ...] = ()
    #: Who has still to come, which is no difference.
    waiting: tuple[str, ...] = ()
    #: Why people could not be looked at; empty where they were.
    not_compared: str = ""


def people_drift(environment: Environment, clients: Clients, *, differs: bool) -> PeopleDrift:
    """Compare people; `differs` says that the environment's resources differ already.

    Then what keeps people from being looked at, such as a pool that somebody has deleted, is said
    beside that; otherwise it is raised, as CommandError or botocore's ClientError.
    """
    try:
        return _compared(environment, clients)
    except CommandError as error:
        if not differs:
            raise
        return PeopleDrift(not_compared=str(error))
    except ClientError as error:
        if not differs:
            raise
        code = error.response["Error"].get("Code")
        return PeopleDrift(not_compared=f"{error.operation_name} was refused with {code}")


def _compared(environment: Environment, clients: Clients) -> PeopleDrift:
    whole = with_list(environment, clients)
    people = find(whole, clients)
    of_secret = [words_for(people.oidc_version)] if people.oidc_version == "not sent" else []
    found = without_addresses(whole, differences(whole, people))
    return PeopleDrift(differences=(*of_secret, *found), waiting=tuple(waiting(whole, people)))
