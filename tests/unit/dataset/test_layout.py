"""One file knows where things stand in the output bucket, and what is deployed finds them there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dataset import layout

_ROOT = Path(__file__).parents[3]
_FOLDERS = ("audit", "benchmarks", "cli", "constructs", "ground_truth", "lambda", "stacks")
_OWNER = _ROOT / "lambda" / "dataset" / "layout.py"
_PLACES = re.compile(
    r"manifests/output|output\.manifest\b|(?<![\w/])(?:labels|requests|sequences|wanted)/"
)


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts that a file's code is made of, but those that describe it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in described
        ):
            yield node.value


def _sources() -> list[Path]:
    return [
        _ROOT / "app.py",
        *(path for folder in _FOLDERS for path in sorted((_ROOT / folder).rglob("*.py"))),
    ]


def test_the_layout_of_the_output_bucket_stands_in_one_file() -> None:
    places = {
        str(path.relative_to(_ROOT)): text
        for path in _sources()
        for text in _texts(path)
        if path != _OWNER and _PLACES.search(text)
    }

    assert places == {}


def test_the_search_for_places_finds_those_of_the_layout() -> None:
    found = {match[0] for text in _texts(_OWNER) for match in _PLACES.finditer(text)}

    assert found == {*("manifests/output", "output.manifest", "requests/", "sequences/", "wanted/")}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s3://out/labels", "s3://out/labels/dev-x-0123456789/manifests/output/output.manifest"),
        ("s3://out/labels/", "s3://out/labels/dev-x-0123456789/manifests/output/output.manifest"),
        ("s3://out", "s3://out/dev-x-0123456789/manifests/output/output.manifest"),
        ("labels", "labels/dev-x-0123456789/manifests/output/output.manifest"),
        ("", "dev-x-0123456789/manifests/output/output.manifest"),
    ],
)
def test_an_output_manifest_has_its_place_below_the_output_path(path: str, expected: str) -> None:
    assert layout.output_manifest(path, "dev-x-0123456789") == expected


@pytest.mark.parametrize("path", ["s3://out/labels", "labels/", ""])
@pytest.mark.parametrize("run", ["dev-x-0123456789", "dev-x-0123456789-12"])
def test_a_run_is_known_by_the_place_of_its_labels(path: str, run: str) -> None:
    assert layout.run_of(path, layout.output_manifest(path, run)) == run
    assert layout.run_of(path, f"{layout.labels_prefix(path, run)}/") == run


@pytest.mark.parametrize(
    "place", ["labels/", "labels/notes.txt", "labels/x-1/y", "other/dev-x-0123456789/", ""]
)
def test_what_is_no_label_of_a_run_belongs_to_none(place: str) -> None:
    assert layout.run_of("labels", place) is None


@pytest.mark.parametrize(
    ("manifest", "folder"),
    [
        ("labels/run/manifests/output/output.manifest", "labels/run/"),
        ("old/cars.manifest", "old/"),
        ("cars.manifest", ""),
    ],
)
def test_labels_stand_beside_their_manifest(manifest: str, folder: str) -> None:
    assert layout.labels_folder(manifest) == folder


def test_all_that_is_written_for_a_job_key_has_one_prefix() -> None:
    requests = layout.requests_prefix("dev-x")

    assert requests == "requests/dev-x/"
    assert layout.marker(requests, "dev-x-0123456789") == (
        "requests/dev-x/wanted/dev-x-0123456789.json"
    )
    assert layout.sequence_file(f"s3://out/{requests}", "0a1b") == (
        "s3://out/requests/dev-x/sequences/0a1b.json"
    )


def test_the_package_needs_the_standard_library_only_until_it_reads() -> None:
    modules = [f"dataset.{path.stem}" for path in _OWNER.parent.glob("*.py")]
    program = (
        f"import {', '.join(sorted(modules))}, sys; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} - sys.stdlib_module_names))"
    )

    shown = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-S", "-c", program],
        cwd=_OWNER.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "['__main__', 'dataset']\n"
