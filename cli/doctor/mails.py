"""Whether the invitations of an environment would arrive. Nobody's address is told."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment
from ground_truth.validators.people import sender_identities

#: Cognito makes it for a pool whose mails SES sends
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html).
_ROLE: Final = "AWSServiceRoleForAmazonCognitoIdpEmailService"
_SENDER: Final = "the sender in workforce.create.email_from"


def sender(account: Account, environment: Environment) -> Answer:
    """Say whether SES sends from the address that the file names."""
    address = environment.workforce.email_from or ""
    verified = [each for each in sender_identities(address) if _is_verified(account, each)]
    if environment.workforce.declared_sender is None:
        if verified:
            return right(f"SES sends from {_SENDER}")
        return to_do(
            f"verify {_SENDER}, or a domain that it is of, in SES: email_identity says that one is"
            " found there, and none is"
        )
    if address in verified:
        return right(f"SES sends from {_SENDER}")
    if verified:
        return to_do(
            "write email_identity: found beside email_from: SES has the domain of that address"
            " verified, and may send from it already"
        )
    if _is_verified(account, address) is None:
        return to_do(
            f"deploy {environment.name}/Data, then open the link that SES sends: SES does not know"
            f" {_SENDER} yet"
        )
    return to_do(f"open the link in SES's mail to {_SENDER}: SES may not send from there yet")


def _is_verified(account: Account, identity: str) -> bool | None:
    """Say whether SES may send by an identity; None where it knows none."""
    ses = account.client("sesv2")
    try:
        found = ask("ses:GetEmailIdentity", lambda: ses.get_email_identity(EmailIdentity=identity))
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return None
    return bool(found.get("VerifiedForSendingStatus"))


def sandbox(account: Account) -> Answer:
    """Say whether SES sends to everybody."""
    found = ask("ses:GetAccount", lambda: account.client("sesv2").get_account())
    if not found.get("SendingEnabled"):
        return to_do("see SES's account dashboard for the reason: SES does not send here")
    if not found.get("ProductionAccessEnabled"):
        return to_do(
            "ask for production access in SES's account dashboard: in its sandbox, mails reach"
            " verified addresses only"
        )
    return right("SES is out of its sandbox")


def linked_role(account: Account) -> Answer:
    """Say whether Cognito has the role by which it sends with SES."""
    iam = account.client("iam")
    try:
        ask("iam:GetRole", lambda: iam.get_role(RoleName=_ROLE))
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return right("not there yet; the deployment makes it, with iam:CreateServiceLinkedRole")
    return right("Cognito has it")
