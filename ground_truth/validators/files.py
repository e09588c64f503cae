"""Files that an environment file names: where they may be, and how much of them is read.

Who proposes a change writes these names, and links as well, and they are read on computers that
hold more than the repository.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dataset.messages import shown

#: Whose folder is the repository's: the CDK CLI starts there.
_MARK: Final = "cdk.json"
#: Of a function's folder; Lambda takes 250 MB
#: (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
_MOST_BYTES: Final = 250 * 1024 * 1024
_MOST_FILES: Final = 10_000


class UnreadableError(ValueError):
    """Says what there is instead of a file that can be read, such as `got a folder`."""


class NoFileError(UnreadableError):
    """There is nothing."""


def read(path: Path, *, most: int) -> bytes:
    """Return what a file has; raises UnreadableError for all but a file of at most `most` bytes.

    Nothing waits: a pipe is not one.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise NoFileError("got no file") from None
    except (OSError, ValueError) as error:
        # A ValueError is of a name with NUL.
        said = error.strerror if isinstance(error, OSError) else error
        raise UnreadableError(f"got one that can't be read ({said})") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise UnreadableError("got a folder" if stat.S_ISDIR(mode) else "got a device")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise UnreadableError(f"got a file of more than {most:,} bytes")
    return content


def below(root: Path, place: str) -> Path:
    """Return `place` as a path from `root`.

    Raises ValueError unless it leads, all links followed, to a place in the repository: the nearest
    folder from `root` upwards with a cdk.json, without one `root` itself.
    """
    repository = _repository(root)
    path = root / place
    if Path(place).is_absolute() or not _is_below(repository, path):
        raise ValueError(
            "expected a path from the folder of environments/ to a place in this repository, links"
            f" followed, got {shown(place)}; copy it there"
        )
    return path


def check_folder(root: Path, folder: Path) -> None:
    """Raise ValueError if a folder that is deployed as a whole leads out of the repository.

    Its links are followed, since the CDK CLI packs what they lead to.
    """
    repository = _repository(root)
    number = size = 0
    for path in _entries(folder, folder, {folder.resolve()}):
        if not _is_below(repository, path):
            raise ValueError(
                f"{path}: expected a link to a place in this repository, got one that leads out of"
                " it; copy the file"
            )
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            continue
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{path}: expected files and folders, got a device; remove it")
        number, size = number + 1, size + found.st_size
        if number > _MOST_FILES or size > _MOST_BYTES:
            raise ValueError(
                f"{folder}: expected at most {_MOST_FILES:,} files with {_MOST_BYTES:,} bytes,"
                " which is what Lambda takes, got more; give the function a folder of its own"
            )


def _entries(top: Path, folder: Path, above: set[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if not path.is_dir():
            continue
        real = path.resolve()
        if real in above:
            raise ValueError(f"{path}: expected a link that ends, got one to where it stands")
        yield from _entries(top, path, {*above, real})


def _is_below(repository: Path, path: Path) -> bool:
    try:
        # Neither a link to itself nor a name with NUL leads anywhere.
        return path.resolve().is_relative_to(repository.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _repository(root: Path) -> Path:
    whole = root.absolute()
    return next((each for each in (whole, *whole.parents) if (each / _MARK).exists()), whole)
