"""A tiny OpenID Connect provider on this computer, for tests of workforces that bring their own."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass(kw_only=True)
class IdentityProvider:
    """What the provider knows; tests change it while it runs."""

    endpoint: str
    client_id: str = "portal-1"
    client_secret: str = "s3cret/+"  # noqa: S105  # of tests only
    redirect_uris: set[str] = field(default_factory=set)
    #: User name → password.
    passwords: dict[str, str] = field(default_factory=dict)
    #: User name → Ground Truth's claims of the id token, and of the userinfo endpoint.
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    user_info: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What came with the last request for a login.
    asked: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def config(self, **changes: str) -> dict[str, Any]:
        """Return it as OidcConfig."""
        return {
            "ClientId": self.client_id,
            "ClientSecret": self.client_secret,
            "Issuer": self.endpoint,
            "AuthorizationEndpoint": f"{self.endpoint}/authorize",
            "TokenEndpoint": f"{self.endpoint}/token",
            "UserInfoEndpoint": f"{self.endpoint}/userinfo",
            "LogoutEndpoint": f"{self.endpoint}/logout",
            "JwksUri": f"{self.endpoint}/keys",
            "AuthenticationRequestExtraParams": {"prompt": "login"},
            **changes,
        }

    def login_page(self, query: dict[str, str]) -> tuple[int, str]:
        """Ask for name and password, for a client that may."""
        self.asked = query
        if query.get("redirect_uri") not in self.redirect_uris:
            return 400, "this redirect URI is not registered"
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{query[name]}">'
            for name in ("redirect_uri", "state", "nonce")
        )
        fields = '<input name="username"><input name="password" type="password">'
        return 200, f'<form method="post" action="/login">{kept}{fields}</form>'

    def log_in(self, form: dict[str, str]) -> str | None:
        """Return where the browser goes after a login, or `None`."""
        name = form["username"]
        if self.passwords.get(name) != form["password"]:
            return None
        code = secrets.token_urlsafe(8)
        self._codes[code] = name, form["nonce"]
        return f"{form['redirect_uri']}?{urlencode({'code': code, 'state': form['state']})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code, once."""
        secret = f"{self.client_id}:s3cret%2F%2B"
        if authorization != f"Basic {base64.b64encode(secret.encode()).decode()}":
            return 401, {"error": "invalid_client"}
        if form["code"] not in self._codes or form["redirect_uri"] not in self.redirect_uris:
            return 400, {"error": "invalid_grant"}
        name, nonce = self._codes.pop(form["code"])
        claims = {"iss": self.endpoint, "aud": self.client_id, "sub": name, "nonce": nonce}
        payload = json.dumps({**claims, **self.claims.get(name, {})}).encode()
        token = base64.urlsafe_b64encode(payload).decode().rstrip("=")
        return 200, {"id_token": f"e30.{token}.", "access_token": name, "token_type": "Bearer"}


@contextmanager
def identity_provider(state: Path) -> Iterator[IdentityProvider]:
    """Serve a provider with the certificate of the local AWS whose folder is `state`."""

    class Handler(BaseHTTPRequestHandler):
        """Answers for the provider."""

        def do_GET(self) -> None:
            """Show the login page, or who a token is of."""
            place = urlsplit(self.path)
            if place.path == "/authorize":
                query = {name: each[0] for name, each in parse_qs(place.query).items()}
                status, page = provider.login_page(query)
                self._answer(status, page.encode())
            elif place.path == "/userinfo":
                name = self.headers["Authorization"].removeprefix("Bearer ")
                self._answer(200, json.dumps(provider.user_info.get(name, {})).encode())
            else:
                self._answer(200, b"<p>You are signed out of the provider</p>")

        def do_POST(self) -> None:
            """Take a login, or exchange a code."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: each[0] for name, each in parse_qs(body).items()}
            if self.path == "/token":
                status, tokens = provider.tokens(form, self.headers["Authorization"])
                self._answer(status, json.dumps(tokens).encode())
                return
            place = provider.log_in(form)
            if place is None:
                self._answer(403, b"<p>The provider does not know you</p>")
                return
            self.send_response(303)
            self.send_header("Location", place)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be silent."""

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(state / "server.pem", state / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider = IdentityProvider(endpoint=f"https://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
