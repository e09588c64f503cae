"""Whether the invitations of an environment would arrive. Nobody's address is told."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment

#: Cognito makes it for a pool whose mails SES sends
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html).
_ROLE: Final = "AWSServiceRoleForAmazonCognitoIdpEmailService"
_SENDER: Final = "the sender in workforce.create.email_from"


def sender(account: Account, environment: Environment) -> Answer:
    """Say whether SES sends from the address that the file names."""
    address = environment.workforce.email_from
    ses = account.client("sesv2")
    try:
        found = ask("ses:GetEmailIdentity", lambda: ses.get_email_identity(EmailIdentity=address))
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return to_do(
            f"deploy {environment.name}/Data, then open the link that SES sends: SES does not know"
            f" {_SENDER} yet"
        )
    if not found.get("VerifiedForSendingStatus"):
        return to_do(f"open the link in SES's mail to {_SENDER}: SES may not send from there yet")
    return right(f"SES sends from {_SENDER}")


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
