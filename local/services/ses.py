"""Mails of MiniStack, and SES's identities, which have to be verified as on AWS.

https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

from local.mailbox import VERIFY, Mail
from local.services.internals import after_create, module

#: Where SES's own mails come from.
_SES: Final = "no-reply-aws@amazon.com"


class Mails:
    """All that was sent, to no real address, and the addresses that may send."""

    def __init__(self, *, endpoint: str) -> None:
        self._ses = module("services.ses")
        self._ses_v2 = module("services.ses_v2")
        self._responses = module("core.responses")
        self._endpoint = endpoint
        #: Token of a mail's link → account, Region and identity.
        self._pending: dict[str, tuple[str, str, str]] = {}

    def all(self) -> list[Mail]:
        """Return all mails."""
        return [
            Mail(
                to=recipient,
                sender=record["Source"],
                subject=record["Subject"],
                body=record["BodyHtml"] or record["BodyText"],
                is_html=bool(record["BodyHtml"]),
                time=record["Timestamp"],
            )
            for _, records in self._ses._sent_emails.all_items()
            for record in records
            for recipient in record["To"]
        ]

    def tags(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield the tags of identities, by their ARNs."""
        for name, record in self._ses_v2._identities.items():
            arn = self._ses_v2._resource_arn("identity", name)
            yield arn, {each["Key"]: each["Value"] for each in record.get("Tags", ())}

    def send(self, *, to: str, sender: str, subject: str, body: str) -> None:
        """Send a text."""
        self._ses.send_internal_email(sender, [to], subject, body_text=body)

    def verify(self, token: str) -> str | None:
        """Verify the identity that the link of a mail is for, and return it, or `None`."""
        found = self._pending.pop(token, None)
        if found is None:
            return None
        account, region, identity = found
        with self._responses.request_scope(account, region):
            self._mark(identity, is_verified=True)
        return identity

    def install(self) -> None:
        """Let identities wait for their verification, and the account begin in the sandbox."""
        ses_v2 = self._ses_v2
        handle = ses_v2.handle_request

        async def handle_as_aws(
            method: str, path: str, headers: Any, body: bytes, query: Any
        ) -> Any:
            place = path.rstrip("/").removeprefix("/v2/email")
            identity = ""
            if (method, place) == ("POST", "/identities"):
                identity = json.loads(body).get("EmailIdentity", "")
                if identity in ses_v2._identities:
                    return self._responses.error_response_json(
                        "AlreadyExistsException", f"Email identity {identity} already exist."
                    )
            status, answer_headers, content = await handle(method, path, headers, body, query)
            if status == 200 and identity:
                self._wait_for(identity)
                content = _changed(content, VerifiedForSendingStatus=False)
            if status == 200 and (method, place) == ("GET", "/account"):
                details = ses_v2._account_details.get("account") or {}
                is_out = bool(details.get("ProductionAccessEnabled"))
                content = _changed(content, ProductionAccessEnabled=is_out)
            return status, answer_headers, content

        ses_v2.handle_request = handle_as_aws
        after_create("AWS::SES::EmailIdentity", lambda identity, _: self._wait_for(identity))

    def _wait_for(self, identity: str) -> None:
        self._mark(identity, is_verified=False)
        if "@" not in identity:
            return  # a domain is verified by its DNS records, which nobody has here
        token = secrets.token_urlsafe(24)
        account, region = self._responses.get_account_id(), self._responses.get_region()
        self._pending[token] = (account, region, identity)
        link = f"{self._endpoint}{VERIFY}?token={token}"
        self.send(
            to=identity,
            sender=_SES,
            subject=f"Email Address Verification Request in region {region}",
            body=f"Open this address to let SES send mails from {identity}:\n\n{link}\n",
        )

    def _mark(self, identity: str, *, is_verified: bool) -> None:
        record = self._ses_v2._identities.get(identity)
        if record is not None:
            record["VerifiedForSendingStatus"] = is_verified
            record["VerificationStatus"] = "SUCCESS" if is_verified else "PENDING"
        record = self._ses._identities.get(identity)
        if record is not None:
            record["VerificationStatus"] = "Success" if is_verified else "Pending"


def _changed(content: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(content), **changes}).encode()
