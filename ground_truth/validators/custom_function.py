"""What may be said of the custom functions of a custom task."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from ground_truth.validators import files

_FILE: Final = "handler.py"
_FUNCTION: Final = "handler"
#: Of a file that people have written.
_MOST_BYTES: Final = 1_000_000
#: So many names of a file are said.
_SHOWN: Final = 10
#: What Lambda calls.
HANDLER: Final = f"{_FILE.removesuffix('.py')}.{_FUNCTION}"


def check_handler(folder: Path) -> None:
    """Raise ValueError unless the folder has a handler.py that defines what is called."""
    path = folder / _FILE
    expected = f"{path}: expected def {_FUNCTION}(event, context)"
    if not folder.is_dir():
        raise ValueError(f"{expected}, got no folder {folder}; check the path")
    try:
        source = files.read(path, most=_MOST_BYTES)
    except files.NoFileError:
        raise ValueError(f"{expected}, got no {_FILE}; add it to the folder") from None
    except files.UnreadableError as error:
        raise ValueError(f"{expected}, {error}") from None
    try:
        names = {name for node in ast.parse(source).body for name in _bound(node)}
    except SyntaxError as error:
        raise ValueError(
            f"{path}:{error.lineno}: expected Python, got an error: {error.msg}; correct it"
        ) from error
    except (MemoryError, RecursionError, ValueError):
        # What is nested too deeply, or has NUL in it.
        raise ValueError(f"{path}: expected Python that Python can read; correct it") from None
    if _FUNCTION not in names:
        found = sorted(names)[:_SHOWN]
        more = ", …" if len(names) > _SHOWN else ""
        raise ValueError(
            f"{expected}, got {', '.join(found) or 'an empty file'}{more}; name it {_FUNCTION}"
        )


def _bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module gives to something that can be called."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []
