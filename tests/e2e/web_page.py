"""Pages of other sites in a real browser, which has accepted the certificate of local AWS."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import ssl
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, Self

from local.aws import LocalAws
from tests.e2e.intruder import Attempt

_PAGE: Final = Path(__file__).with_suffix(".html")
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PATIENCE: Final = 120.0


def find_chromium() -> str | None:
    """Return this computer's Chromium or Chrome, or what CHROMIUM names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a page of an origin could read, by the attempt's name, and how often it has tried."""

    origin: str
    read: Mapping[str, str]
    sent: int


class _Site(ThreadingHTTPServer):
    """Another site: it shows its page, and in a sandbox the same, and is told what they found."""

    def __init__(
        self, name: str, certificate: Path | None, plan: dict[str, Any], found: queue.Queue[Visit]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        scheme = "http"
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate, certificate.with_suffix(".key"))
            self.socket = tls.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.origin = f"{scheme}://{name}:{self.server_port}"
        self.plan = plan
        self.found = found
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: _Site

    def do_GET(self) -> None:
        page = _PAGE.read_text().replace("{{here}}", self.server.origin)
        plan = json.dumps(self.server.plan).replace("<", "\\u003c")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path == "/sandbox":
            self.send_header("Content-Security-Policy", "sandbox allow-scripts allow-forms")
        self.end_headers()
        self.wfile.write(page.replace("{{plan}}", plan).encode())

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.found.put(Visit(**content))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Chromium:
    """A browser with an empty profile in `folder`, and two other sites that it visits.

    One has another name, the other is at another port of the address of `aws`.
    """

    def __init__(self, folder: Path, aws: LocalAws) -> None:
        program = find_chromium()
        if program is None:
            raise RuntimeError(f"expected a browser, one of {', '.join(_NAMES)}, or CHROMIUM")
        self._program = program
        self._folder = folder
        self._aws = aws
        self._plan: dict[str, Any] = {}
        self._found: queue.Queue[Visit] = queue.Queue()
        self._sites = (
            _Site("elsewhere.test", None, self._plan, self._found),
            _Site("127.0.0.1", aws.state / "server.pem", self._plan, self._found),
        )
        self.elsewhere, self.beside = (site.origin for site in self._sites)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for site in self._sites:
            site.shutdown()
            site.server_close()

    def visit(self, attempts: Sequence[Attempt], objects: Mapping[str, str]) -> list[Visit]:
        """Let each site's page and its sandbox try it all; return what the four have found.

        Each fetches `objects` too, by their URLs, which are known to it.
        """
        frames = [f"{self.elsewhere}/sandbox", f"{self.beside}/", f"{self.beside}/sandbox"]
        self._plan.update(
            attempts=[
                {
                    "what": each.what,
                    "method": each.method,
                    "url": f"{self._aws.endpoint}{each.target}",
                    "headers": dict(each.headers),
                }
                for each in attempts
            ],
            objects=dict(objects),
            frames=frames,
        )
        process = subprocess.Popen(  # noqa: S603  # the arguments are ours
            [
                self._program,
                *("--headless=new", "--no-sandbox", "--disable-background-networking"),
                *("--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
                "--ignore-certificate-errors",
                "--host-resolver-rules=MAP elsewhere.test 127.0.0.1",
                f"--user-data-dir={self._folder / 'profile'}",
                f"{self.elsewhere}/top",
            ],
            env={**os.environ, "HOME": str(self._folder), "NO_PROXY": "*"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return [self._found.get(timeout=_PATIENCE) for _ in (self.elsewhere, *frames)]
        except queue.Empty:
            raise TimeoutError("the pages should tell what they found, but one is silent") from None
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
