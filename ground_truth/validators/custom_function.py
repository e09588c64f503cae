"""What may be said of the custom functions of a custom task."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

_FILE: Final = "handler.py"
_FUNCTION: Final = "handler"
#: What Lambda calls.
HANDLER: Final = f"{_FILE.removesuffix('.py')}.{_FUNCTION}"


def check_handler(folder: Path) -> None:
    """Raise ValueError unless the folder has a handler.py that defines what is called."""
    path = folder / _FILE
    expected = f"{path}: expected def {_FUNCTION}(event, context)"
    if not folder.is_dir():
        raise ValueError(f"{expected}, got no folder {folder}; check the path")
    if not path.is_file():
        raise ValueError(f"{expected}, got no {_FILE}; add it to the folder")
    try:
        names = {name for node in ast.parse(path.read_bytes()).body for name in _bound(node)}
    except SyntaxError as error:
        raise ValueError(
            f"{path}:{error.lineno}: expected Python, got an error: {error.msg}; correct it"
        ) from error
    if _FUNCTION not in names:
        raise ValueError(
            f"{expected}, got {', '.join(sorted(names)) or 'an empty file'}; name it {_FUNCTION}"
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
