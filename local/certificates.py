"""Certificates for this computer's names, signed by an authority that is thrown away at once."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import trustme

#: The server's own key, in the folder of a local AWS for as long as that runs.
KEY_FILE: Final = "server.key"
_VALID: Final = dt.timedelta(days=30)


def write_certificates(folder: Path, regions: Iterable[str]) -> tuple[Path, Path]:
    """Write `ca.pem`, `server.pem` and `server.key` to `folder`; return the latter two.

    They are for 127.0.0.1 and for the worker portals and login pages of `regions`. The
    authority's own key is written nowhere, so nobody can sign another certificate with it.
    """
    end = dt.datetime.now(dt.UTC) + _VALID
    authority = trustme.CA(organization_name="Local AWS, for tests only")
    names = [f"*.{kind}.{region}.localhost" for region in regions for kind in ("auth", "labeling")]
    server = authority.issue_cert("127.0.0.1", *names, not_after=end)
    (folder / "ca.pem").write_bytes(authority.cert_pem.bytes())
    certificate, key = folder / "server.pem", folder / KEY_FILE
    certificate.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    _write_private(key, server.private_key_pem.bytes())
    return certificate, key


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
