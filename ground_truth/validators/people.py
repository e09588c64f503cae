"""What may be said of those who label: their teams, addresses and networks."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import Final

from dataset.messages import shown
from ground_truth.validators.messages import ItemError
from ground_truth.validators.names_and_limits import one_line

_LOCAL_PART: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HOST_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"{_LOCAL_PART}(\.{_LOCAL_PART})*@{_HOST_PART}(\.{_HOST_PART})+")

#: A day, as a file says it.
DAY_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def team_description(value: str) -> str:
    """Check the description of a work team (botocore: String200)."""
    return one_line(value, longest=200)


def organization(value: str) -> str:
    """Check the name in the invitation's subject `Label data for <organization>`.

    The subject has at most 140 characters (botocore: EmailVerificationSubjectType).
    """
    return one_line(value, longest=140 - len("Label data for "))


def email(value: str) -> str:
    """Return an e-mail address in lower case: the user pool doesn't tell cases apart.

    At most 128 characters, as it is the user's name (botocore: UsernameType).
    """
    if len(value) > 128 or not _EMAIL.fullmatch(value):
        raise ValueError(f"expected an e-mail address such as ana@example.com, got {shown(value)}")
    return value.lower()


def sender_identities(address: str) -> tuple[str, ...]:
    """Return what SES may know that lets it send from an address, the nearest first.

    A verified domain stands for all that is below it
    (https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
    """
    labels = address.partition("@")[2].split(".")
    return (address, *(".".join(labels[start:]) for start in range(len(labels) - 1)))


def distinct_emails(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check that no address is there twice, in whatever case."""
    first: dict[str, str] = {}
    for index, value in enumerate(values):
        if value.lower() in first:
            before = first[value.lower()]
            raise ItemError(
                f"expected each address once, got {shown(before)} and {shown(value)}, which are"
                " the same account",
                index,
            )
        first[value.lower()] = value
    return values


def day(value: str) -> date:
    """Return a day that is written as year, month and day."""
    try:
        found = date.fromisoformat(value) if re.fullmatch(DAY_PATTERN, value) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"expected a day such as 2027-01-31, got {shown(value)}")
    return found


def second_factor(value: object) -> object:
    """Refuse `optional`: nobody can set a second factor up.

    "When MfaConfiguration is OPTIONAL, managed login doesn't automatically prompt users to set up
    MFA" (botocore, cognito-idp: SetUserPoolMfaConfigRequest), and the worker portal has no page
    for it.
    """
    if value == "optional":
        raise ValueError(
            "expected 'off', which changes nothing that is deployed, or 'required', which lets"
            " everybody set up an authenticator app at the next sign-in, got 'optional', with"
            " which nobody can set one up"
        )
    return value


def password_length(value: int) -> int:
    """Check how long a password is at least.

    From the 8 characters that NIST SP 800-63B asks for to the 99 that Cognito knows (botocore,
    cognito-idp: PasswordPolicyMinLengthType).
    """
    if not 8 <= value <= 99:
        raise ValueError(f"expected a length of 8 to 99 characters, got {value}")
    return value


def password_days(value: int) -> int:
    """Check for how many days a temporary password is good.

    botocore, cognito-idp: TemporaryPasswordValidityDaysType, in which 0 means the default.
    """
    if not 1 <= value <= 365:
        raise ValueError(f"expected 1 to 365 days, got {value}")
    return value


def cidr(value: str) -> str:
    """Check a range of addresses that may open the worker portal (botocore: Cidr)."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        network = None
    if network is None or not re.search(r"/[0-9]+$", value):
        raise ValueError(f"expected a CIDR range such as 203.0.113.0/24, got {shown(value)}")
    if ipaddress.ip_interface(value).ip != network.network_address:
        raise ValueError(f"expected the range's first address, {network}, got {shown(value)}")
    return value


def cidrs(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check all ranges; at most 10 (botocore: SourceIpConfig)."""
    for value in values:
        cidr(value)
    if len(values) > 10:
        raise ValueError(f"expected at most 10 CIDR ranges, got {len(values)}")
    return values
