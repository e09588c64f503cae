"""Checks that SES will send the invitations of an environment that names its own sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of

if TYPE_CHECKING:
    from workforce.collaborators import Collaborators


def check_sender(address: object, aws: Collaborators) -> None:
    """Raise CustomResourceError that says what to do if SES would not send from this address.

    There is nothing to check where Cognito sends by itself, without an address.
    """
    if not address:
        return
    try:
        identity = aws.ses.get_email_identity(EmailIdentity=address)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        raise CustomResourceError(
            f"SES does not know {address}, which workforce.create.email_from names; deploy the "
            "environment's Data stack, which declares it"
        ) from None
    if not identity.get("VerifiedForSendingStatus"):
        raise CustomResourceError(
            f"SES may not yet send from {address}, which workforce.create.email_from names: it has "
            "sent a mail to that address, open the link in it and deploy again"
        )
    account = aws.ses.get_account()
    if not account.get("SendingEnabled"):
        raise CustomResourceError(
            f"SES does not send in this account and Region, so that no invitation from {address} "
            "would arrive; see the account dashboard of SES for the reason"
        )
    if not account.get("ProductionAccessEnabled"):
        raise CustomResourceError(
            f"SES is in its sandbox in this account and Region, so that invitations from {address} "
            "would reach verified addresses only; ask for production access in the account "
            "dashboard of SES and deploy again"
        )
