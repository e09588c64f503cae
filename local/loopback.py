"""HTTPS to names below `localhost`, which browsers find on this computer and Python may not.

https://www.rfc-editor.org/rfc/rfc6761#section-6.3
"""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any, Final

_HERE: Final = "127.0.0.1"


def opener(
    ca_bundle: Path | str, *handlers: urllib.request.BaseHandler
) -> urllib.request.OpenerDirector:
    """Return what opens URLs without a proxy and trusts the authority in `ca_bundle` only."""
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _Handler(ca_bundle), *handlers
    )


class _Connection(http.client.HTTPSConnection):
    """A connection to 127.0.0.1 for each name below `localhost`."""

    def __init__(self, host: str, /, *, tls: ssl.SSLContext, **more: Any) -> None:
        super().__init__(host, context=tls, **more)
        self._tls = tls

    def connect(self) -> None:
        address = _HERE if self.host.endswith(".localhost") else self.host
        plain = socket.create_connection((address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


class _Handler(urllib.request.HTTPSHandler):
    def __init__(self, ca_bundle: Path | str) -> None:
        super().__init__()
        self._tls = ssl.create_default_context(cafile=str(ca_bundle))

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        connect: Any = partial(_Connection, tls=self._tls)
        return self.do_open(connect, req)
