"""What CloudFormation's drift detection sees of a bucket beside what MiniStack compares.

Shapes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html, in the
template's names of `AWS::S3::Bucket`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.services.drift import add_properties
from local.services.internals import module

#: S3's name of a rule's part → the template's.
_LISTS: Final = {
    "AllowedHeader": "AllowedHeaders",
    "AllowedMethod": "AllowedMethods",
    "AllowedOrigin": "AllowedOrigins",
    "ExposeHeader": "ExposedHeaders",
}
_SETTING: Final = re.compile(r"<(?:\w+:)?(\w+)>\s*(true|false)\s*<", re.IGNORECASE)


def install() -> None:
    """Let buckets be compared by their CORS rules and by what is public."""
    add_properties("AWS::S3::Bucket", ("CorsConfiguration", "PublicAccessBlockConfiguration"), read)


def read(bucket: str, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return both properties of a bucket that is there, as far as it has them.

    `named` is what the template says of it.
    """
    s3 = module("services.s3")
    found: dict[str, Any] = {}
    if rules := s3._cors_rules(bucket):
        told = [*named.get("CorsConfiguration", {}).get("CorsRules", []), *({} for _ in rules)]
        found["CorsConfiguration"] = {
            "CorsRules": [
                {**_empty(rule), **dict(_in_template(there))}
                for rule, there in zip(told, rules, strict=False)
            ]
        }
    status, _, content = s3._get_public_access_block(bucket)
    if status == 200:
        text = content if isinstance(content, str) else content.decode()
        found["PublicAccessBlockConfiguration"] = {
            name: value.lower() == "true" for name, value in _SETTING.findall(text)
        }
    return found


def _empty(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists that a rule of the template has and that are empty: S3 has none of them."""
    return {name: value for name, value in rule.items() if value == []}


def _in_template(rule: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Any]]:
    for name, values in rule.items():
        if name in _LISTS:
            yield _LISTS[name], list(values)
        elif name == "ID":
            yield "Id", values[0]
        # MiniStack writes 0 where the template has none.
        elif name == "MaxAgeSeconds" and int(values[0]):
            yield "MaxAge", int(values[0])
