"""What the gate answers to a request that it does not let pass, in the words of AWS's protocols."""

from __future__ import annotations

import html
import json
from typing import Final

from local.gate.request import Request
from local.replies import Reply

_JSON: Final = "application/x-amz-json"
_XML: Final = (("content-type", "application/xml"),)
#: Code of the query protocol → what S3 and the JSON protocols say for it.
#: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
#: https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
_S3_CODES: Final = {
    "ExpiredToken": "ExpiredToken",
    "IncompleteSignature": "AuthorizationHeaderMalformed",
    "InvalidClientTokenId": "InvalidAccessKeyId",
    "MissingAuthenticationToken": "AccessDenied",
}
_JSON_CODES: Final = {
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
_QUERY_CODES: Final = {"RequestTimeTooSkewed": "SignatureDoesNotMatch"}


class Refused(Exception):  # noqa: N818  # an answer, not a fault
    """The request does not pass; `code` is the query protocol's, `status` HTTP's."""

    def __init__(self, code: str, message: str, *, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def reply(refused: Refused, request: Request, service: str) -> Reply:
    """Return the answer in the protocol of `service`, which is `s3` where none is named."""
    if request.method == "HEAD":
        return Reply(status=refused.status, body=b"", headers=())
    kind = request.headers.get("content-type", "")
    message = html.escape(refused.message, quote=False)
    if service == "s3":
        code = _S3_CODES.get(refused.code, refused.code)
        content = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return Reply(status=refused.status, body=content.encode(), headers=_XML)
    if kind.startswith("application/x-www-form-urlencoded") or request.parameter("Action"):
        code = _QUERY_CODES.get(refused.code, refused.code)
        content = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{message}</Message></Error></ErrorResponse>"
        )
        return Reply(status=refused.status, body=content.encode(), headers=_XML)
    code = _JSON_CODES.get(refused.code, refused.code)
    headers = (
        ("content-type", kind if kind.startswith(_JSON) else "application/json"),
        ("x-amzn-errortype", code),
    )
    content = json.dumps({"__type": code, "message": refused.message})
    return Reply(status=refused.status, body=content.encode(), headers=headers)
