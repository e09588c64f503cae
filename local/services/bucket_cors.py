"""Which CORS rules S3 takes for a bucket: MiniStack takes whatever is sent.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.services.internals import module

#: botocore's model of S3: CORSRule.AllowedMethods and CORSConfiguration.CORSRules.
METHODS: Final = ("GET", "PUT", "HEAD", "POST", "DELETE")
MOST: Final = 100
_MALFORMED: Final = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)

Rules = Sequence[Mapping[str, Sequence[str]]] | None


def install() -> None:
    """Refuse what S3 refuses; the rules before stay then."""
    s3 = module("services.s3")
    put = s3._put_bucket_cors

    def put_checked(name: str, body: bytes) -> Any:
        before = s3._bucket_cors.get(name)
        answer = put(name, body)
        fault = refusal(s3._cors_rules(name)) if answer[0] == 200 else None
        if fault is None:
            return answer
        if before is None:
            s3._bucket_cors.pop(name)
        else:
            s3._bucket_cors[name] = before
        code, message = (html.escape(text, quote=False) for text in fault)
        content = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return 400, {"Content-Type": "application/xml"}, content.encode()

    s3._put_bucket_cors = put_checked


def refusal(rules: Rules) -> tuple[str, str] | None:
    """Return the code and the message with which S3 refuses rules, or `None`."""
    if not rules or not all(
        each.get("AllowedOrigin") and each.get("AllowedMethod") for each in rules
    ):
        return _MALFORMED
    if len(rules) > MOST:
        return (
            "InvalidRequest",
            f"The number of CORS rules should not exceed allowed limit of {MOST} rules.",
        )
    message = next(filter(None, map(_fault, rules)), None)
    return None if message is None else ("InvalidRequest", message)


def _fault(rule: Mapping[str, Sequence[str]]) -> str | None:
    for method in rule["AllowedMethod"]:
        if method not in METHODS:
            return f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
    for name in ("AllowedOrigin", "AllowedHeader"):
        for value in rule.get(name, ()):
            if value.count("*") > 1:
                return f'{name} "{value}" can not have more than one wildcard.'
    for value in rule.get("ExposeHeader", ()):
        if "*" in value:
            return (
                f'ExposeHeader "{value}" contains wildcard. We currently do not support wildcard'
                " for ExposeHeader."
            )
    return None
