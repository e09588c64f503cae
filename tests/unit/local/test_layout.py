"""Which folder of local AWS may import which: arrows run down, and nothing of ours is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[3]
_GROUND_TRUTH: Final = "local.ground_truth"
#: Module or package → what of `local` its files may import beside itself.
_MAY_IMPORT: Final[Mapping[str, tuple[str, ...]]] = {
    _GROUND_TRUTH: (),
    f"{_GROUND_TRUTH}.cloud": (),
    f"{_GROUND_TRUTH}.errors": (),
    f"{_GROUND_TRUTH}.answers": (f"{_GROUND_TRUTH}.cloud",),
    f"{_GROUND_TRUTH}.api": tuple(
        f"{_GROUND_TRUTH}.{name}" for name in ("answers", "cloud", "errors")
    ),
    f"{_GROUND_TRUTH}.portal": (
        *(f"{_GROUND_TRUTH}.{name}" for name in ("answers", "api", "cloud")),
        "local.replies",
    ),
    "local.services": (
        *(f"{_GROUND_TRUTH}.{name}" for name in ("api", "cloud", "errors")),
        *("local.mailbox", "local.replies"),
    ),
    "local.mailbox": ("local.replies",),
    "local.replies": (),
    # The programs: they start all of it, or play the people who use it.
    "local": ("local",),
}
_OURS: Final = frozenset(
    (
        *("app", "audit", "benchmarks", "bootstrap", "cli", "constructs", "custom_resource"),
        *("dataset", "ground_truth", "labeling_job", "samples", "stacks", "tests", "workforce"),
    )
)


def _module(path: Path) -> str:
    parts = path.relative_to(_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _forbidden(module: str, source: str) -> list[str]:
    home = max((each for each in _MAY_IMPORT if _is_in(module, each)), key=len, default=module)
    allowed = (home, *_MAY_IMPORT.get(home, ()))
    return [
        name
        for name in _imports(source)
        if name.split(".")[0] in _OURS
        or (_is_in(name, "local") and not any(_is_in(name, each) for each in allowed))
    ]


_FILES: Final = sorted((_ROOT / "local").rglob("*.py"))


@pytest.mark.parametrize("path", _FILES, ids=_module)
def test_a_file_of_local_aws_imports_what_its_folder_may(path: Path) -> None:
    assert _forbidden(_module(path), path.read_text()) == []


@pytest.mark.parametrize("home", _MAY_IMPORT)
def test_each_rule_is_about_something_that_is_there(home: str) -> None:
    assert any(_is_in(_module(path), home) for path in _FILES)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (f"{_GROUND_TRUTH}.answers.boxes", "from local.ground_truth.api.state import Call"),
        (f"{_GROUND_TRUTH}.api.state", "from local.ground_truth.portal import desk"),
        (f"{_GROUND_TRUTH}.cloud", "import local.ground_truth.errors"),
        ("local.services.sns", "from local.worker import Worker"),
        ("local.services.sns", "def run():\n    from local.ground_truth.answers import png"),
        ("local.worker", "from ground_truth.config import load"),
        (f"{_GROUND_TRUTH}.another.file", "from local.services import iam"),
    ],
)
def test_an_import_up_or_out_is_found(module: str, source: str) -> None:
    assert len(_forbidden(module, source)) == 1
