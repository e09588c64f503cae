"""Keeps the lines of a manifest on disk, since a function has less memory than they may need."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from typing import Final

#: Bytes of lines that are not yet written.
_IN_MEMORY: Final = 1_000_000


class LinesOnDisk:
    """A file that has no name: it is gone with its last user, or its process, whatever happens.

    A function that is killed would leave a named one to the next event.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._written = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with this object
        weakref.finalize(self, self._file.close)
        self._digest = hashlib.sha256()
        #: Bytes.
        self.size = 0

    def append(self, line: bytes) -> None:
        """Write a line, with its line break, behind all others."""
        self._lines.append(line)
        self.size += len(line)
        if self.size - self._written > _IN_MEMORY:
            self._flush()

    @property
    def sha256(self) -> bytes:
        """The digest of all lines."""
        self._flush()
        return self._digest.digest()

    def read(self, start: int = 0, size: int = -1) -> bytes:
        """Return a part of the bytes, or all."""
        self._flush()
        self._file.seek(start)
        content = self._file.read(size)
        self._file.seek(0, os.SEEK_END)
        return content

    def _flush(self) -> None:
        together = b"".join(self._lines)
        self._lines.clear()
        self._written += len(together)
        self._digest.update(together)
        self._file.write(together)
