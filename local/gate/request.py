"""An HTTP request as it was sent, for those who decide whether it may pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self
from urllib.parse import unquote

#: The start of the names of headers and parameters that AWS reads.
AMZ: Final = "x-amz-"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What stands in a request besides its body."""

    method: str
    #: As sent, without the query.
    raw_path: str
    #: Decoded names and values, in their order.
    query: tuple[tuple[str, str], ...]
    #: By name in lower case; values of several lines are joined with a comma, as SigV4 signs them.
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: Any) -> Self:
        """Read the scope of an ASGI server."""
        path = scope.get("raw_path") or scope["path"].encode()
        return cls(
            method=scope["method"],
            raw_path=path.decode("latin-1"),
            query=tuple(_pairs(scope["query_string"].decode("latin-1"))),
            headers=_joined(scope["headers"]),
        )

    @cached_property
    def host(self) -> str:
        """Where it was sent to, with the port."""
        return self.headers.get("host", "")

    @cached_property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @property
    def bucket(self) -> str:
        """The bucket that it is about, if it is for S3."""
        return self.path.lstrip("/").partition("/")[0]

    def parameters(self, name: str) -> list[str]:
        """Return the values of a parameter, whose name may be in capitals or not."""
        return [value for key, value in self.query if key.lower() == name.lower()]

    def parameter(self, name: str) -> str:
        """Return the first value of a parameter, or nothing."""
        return next(iter(self.parameters(name)), "")

    @property
    def claims_credentials(self) -> bool:
        """Whether it names an access key in any of the ways in which AWS reads one."""
        return self.headers.get("authorization", "").upper().startswith("AWS") or any(
            name.lower().startswith(AMZ) or name.lower() == "awsaccesskeyid"
            for name, _ in self.query
        )


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    for each in query.split("&"):
        if each:
            name, _, value = each.partition("=")
            yield unquote(name), unquote(value)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
