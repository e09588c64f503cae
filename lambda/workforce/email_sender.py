"""Checks that SES will send the invitations of an environment that names its own sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event


def sender_attributes(event: Event, aws: Clients) -> dict[str, str]:
    """Return the ARN of the identity that SES sends by, where one is to be found, not declared.

    Raises CustomResourceError that says what to do if SES would not send from the address. There is
    nothing to check where Cognito sends by itself, without an address.
    """
    address = event.properties.get("EmailFrom")
    if not address:
        return {}
    identities = event.texts("EmailIdentities")
    if not identities:
        _check_declared(str(address), aws)
        _check_account(str(address), aws)
        return {}
    found = _verified(identities, aws)
    if found is None:
        candidates = " nor ".join(identities)
        raise CustomResourceError(
            f"expected a verified identity in SES for {address}, which "
            f"workforce.create.email_from names, got neither {candidates}; verify one in SES, "
            "or take email_identity away, so that the environment declares the address"
        )
    _check_account(str(address), aws)
    return {"SenderArn": _arn(found, event)}


def sender_when_taken_back(event: Event, aws: Clients) -> dict[str, str]:
    """Return the same attributes for a deployment that is taken back: nothing is refused."""
    identities = event.texts("EmailIdentities")
    if not identities:
        return {}
    return {"SenderArn": _arn(_verified(identities, aws) or identities[0], event)}


def _verified(identities: Iterable[str], aws: Clients) -> str | None:
    """Return the first identity that SES may send from."""
    for identity in identities:
        found = _identity(identity, aws)
        if found is not None and found.get("VerifiedForSendingStatus"):
            return identity
    return None


def _identity(identity: str, aws: Clients) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = aws.ses.get_email_identity(EmailIdentity=identity)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return None
    return found


def _check_declared(address: str, aws: Clients) -> None:
    identity = _identity(address, aws)
    if identity is None:
        raise CustomResourceError(
            f"SES does not know {address}, which workforce.create.email_from names; deploy the "
            "environment's Data stack, which declares it"
        )
    if not identity.get("VerifiedForSendingStatus"):
        raise CustomResourceError(
            f"SES may not yet send from {address}, which workforce.create.email_from names: it has "
            "sent a mail to that address, open the link in it and deploy again; or, if SES has the "
            "domain of the address verified, write email_identity: found beside it"
        )


def _check_account(address: str, aws: Clients) -> None:
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


def _arn(identity: str, event: Event) -> str:
    _, partition, _, region, account, _ = event.stack_id.split(":", 5)
    return f"arn:{partition}:ses:{region}:{account}:identity/{identity}"
