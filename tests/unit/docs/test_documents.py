"""What the documents show and name is there: snippets, messages, links."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ground_truth.config import load
from ground_truth.config.yaml_file import read
from tests.environments import SHIPPED

_ROOT = Path(__file__).parents[3]
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")])
_TROUBLESHOOTING = _ROOT / "docs" / "troubleshooting.md"
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(#[^)\s]*)?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_SNIPPET = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What a template or a function is in this repository, not an ARN.
_PLACE = re.compile(
    r"\b(?:template|pre_annotation|post_annotation)(?:: |`.*`)"
    r"([\w./-]*samples[\w./-]*|(?:templates|functions)/[\w./-]+)"
)
_SHOWN = re.compile(r"`([^`]+)`")
#: Sections of the page on messages that are not from this project's Python.
_OTHERS = ("From AWS and CDK themselves",)
#: Errors that a deployment shows, where each message has its row.
_FUNCTIONS = ("labeling_job", "workforce", "custom_resource")


def _merged(before: Any, after: Any) -> Any:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    return dict(before) | {key: _merged(before.get(key), value) for key, value in after.items()}


def _recipes() -> list[str]:
    return _SNIPPET.findall((_ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("snippet", _recipes())
def test_a_recipe_fits_into_the_environment(tmp_path: Path, snippet: str) -> None:
    (tmp_path / "environments").mkdir()
    part, path = tmp_path / "part.yaml", tmp_path / "environments" / "dev.yaml"
    part.write_text(snippet)
    whole = _merged(read(SHIPPED / "dev.yaml").data, read(part).data)
    path.write_text(yaml.safe_dump(whole))

    assert load(path).jobs


def _section(title: str) -> str:
    _, _, rest = _TROUBLESHOOTING.read_text(encoding="utf-8").partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def _rows() -> list[str]:
    """Return the messages in the page's tables, but those of others."""
    page = _TROUBLESHOOTING.read_text(encoding="utf-8")
    for title in _OTHERS:
        page = page.replace(_section(title), "")
    cells = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")]
    return [message for cell in cells for message in _SHOWN.findall(cell)]


def _written(node: ast.AST) -> str | None:
    """Return a text as it stands in the code, with `…` for values."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    return None


def _texts(*folders: str) -> Iterator[str]:
    for folder in folders:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = _written(node)
                if text is not None:
                    yield text


def _fits(message: str, text: str) -> bool:
    """Say whether a message could come of a text; `…` stands for anything."""
    return re.search(".*".join(map(re.escape, message.split("…"))), text, re.DOTALL) is not None


def test_every_message_on_the_page_is_one_of_the_code() -> None:
    folders = ("cli", "constructs", "ground_truth", "installation", "lambda", "local", "stacks")
    texts = [*_texts(*folders, "tests/e2e")]
    texts += [(_ROOT / "app.py").read_text(), (_ROOT / "Makefile").read_text()]

    assert [row for row in _rows() if not any(_fits(row, text) for text in texts)] == []


def _raised(folder: Path) -> Iterator[str]:
    """Yield the messages that a function ends a deployment with, but `expected …`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            name = node.exc.func
            text = _written(node.exc.args[0]) if node.exc.args else None
            is_shown = isinstance(name, ast.Name) and name.id in (
                "CustomResourceError",
                "NothingToLabelError",
            )
            if (
                is_shown
                and text is not None
                and text.strip("…")
                and not text.startswith("expected")
            ):
                yield text


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_every_message_of_a_deployment_has_a_row(function: str) -> None:
    rows = [row.strip("…") for row in _rows()]

    assert [
        text
        for text in _raised(_ROOT / "lambda" / function)
        if not any(_fits(row, text) for row in rows if row)
    ] == []


def _anchor(heading: str) -> str:
    """Return what GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _broken(page: Path) -> Iterator[str]:
    text = _SNIPPET.sub("", page.read_text(encoding="utf-8"))
    for path, anchor in _LINK.findall(text):
        if "://" in path:
            continue
        target = page.parent / path if path else page
        if not target.exists():
            yield f"{path}: no such file"
        elif anchor and target.suffix == ".md":
            headings = _HEADING.findall(target.read_text(encoding="utf-8"))
            if anchor.removeprefix("#") not in map(_anchor, headings):
                yield f"{path}{anchor}: no such heading"


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(_ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


def _places() -> dict[str, list[str]]:
    """Return the paths that documents and shipped environments show for templates and functions."""
    files = [*_PAGES, *SHIPPED.glob("*.yaml")]
    found = {
        str(file.relative_to(_ROOT)): _PLACE.findall(file.read_text(encoding="utf-8"))
        for file in files
    }
    return {file: places for file, places in found.items() if places}


def test_paths_that_documents_show_start_from_the_folder_of_environments() -> None:
    places = _places()

    assert {"docs/task-types.md", "tests/data/shipped/prod.yaml"} <= places.keys()
    assert [
        (file, place)
        for file, shown in places.items()
        for place in shown
        if place.startswith("..") or not (_ROOT / place).exists()
    ] == []
