"""What an assembly could have the CDK CLI do beside deploying is refused before it may anything."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_SCRIPT = Path(__file__).parents[3] / "installation" / "assembly.mjs"
_NODE = Path(sys.executable).with_name("node")


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Return an assembly with a stage of one stack and one asset, as CDK lays it out."""
    stage = tmp_path / "assembly-dev"
    stage.mkdir()
    (tmp_path / "asset.0").mkdir()
    (tmp_path / "asset.0" / "handler.py").touch()
    (stage / "Data.template.json").write_text("{}")
    _write(
        tmp_path,
        Stage={"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}},
        Tree={"type": "cdk:tree", "properties": {"file": "tree.json"}},
    )
    _write(
        stage,
        Data={
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "Data.template.json"},
        },
        Assets={"type": "cdk:asset-manifest", "properties": {"file": "Data.assets.json"}},
    )
    _assets(tmp_path, {"path": "../asset.0", "packaging": "zip"})
    return tmp_path


def _write(folder: Path, *, missing: object = (), **artifacts: object) -> None:
    content = {"artifacts": artifacts, **({"missing": missing} if missing else {})}
    (folder / "manifest.json").write_text(json.dumps(content))


def _assets(assembly: Path, source: object, **more: object) -> None:
    content = {"files": {"a": {"source": source, "destinations": {}}}, **more}
    (assembly / "assembly-dev" / "Data.assets.json").write_text(json.dumps(content))


def _look(assembly: Path) -> tuple[int, list[str]]:
    result = subprocess.run(  # noqa: S603
        [_NODE, _SCRIPT, assembly], capture_output=True, text=True, check=False
    )
    first, *problems = result.stderr.splitlines() or [""]
    assert (first == "This assembly is not deployed:") == bool(result.returncode)
    return result.returncode, problems


def test_an_assembly_of_files_and_stacks_is_deployed(assembly: Path) -> None:
    assert _look(assembly) == (0, [])


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ({"executable": ["sh", "-c", "env"]}, {}, "expected a path as the source of a, got exec"),
        ({"path": "../asset.0", "executable": ["env"]}, {}, "expected a path as the source of a"),
        ({"path": "/proc/self/environ"}, {}, "expected a path in the assembly as the source of a"),
        ({"path": "../../secret"}, {}, "expected a path in the assembly as the source of a"),
        ({"path": ".."}, {}, "expected a path in the assembly as the source of a"),
        ({}, {}, "expected a path in the assembly as the source of a, got undefined"),
        ({"path": 7}, {"dockerImages": {"b": {"source": {"directory": "c"}}}}, "expected no image"),
    ],
)
def test_an_asset_that_is_no_file_of_the_assembly_is_refused(
    assembly: Path, source: object, more: dict[str, Any], said: str
) -> None:
    _assets(assembly, source, **more)

    status, problems = _look(assembly)

    assert status == 1
    assert problems[0].startswith(said)


@pytest.mark.parametrize(
    ("artifact", "said"),
    [
        ({"type": "aws:ecs:image"}, "expected stacks and their assets, got It of the type aws:"),
        (
            {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}},
            "expected the name",
        ),
        ({"type": "cdk:asset-manifest", "properties": {"file": "../a"}}, "expected the name of a"),
        ({"type": "cdk:asset-manifest"}, "expected the name of a file beside the manifest, got un"),
        (
            {"type": "aws:cloudformation:stack", "properties": {"templateFile": "/etc/passwd"}},
            "expected the name of a file beside the manifest, got /etc/passwd",
        ),
        ({"type": "cdk:cloud-assembly", "properties": {"directoryName": "no"}}, "expected JSON"),
    ],
)
def test_what_is_no_stack_of_the_assembly_is_refused(
    assembly: Path, artifact: object, said: str
) -> None:
    _write(assembly, It=artifact)

    status, problems = _look(assembly)

    assert status == 1
    assert problems[0].startswith(said)


def test_an_assembly_that_asks_aws_for_something_is_refused(assembly: Path) -> None:
    _write(assembly, missing=[{"key": "a", "provider": "plugin"}])

    assert _look(assembly) == (
        1,
        ["expected an assembly that asks AWS for nothing, got one with missing context"],
    )


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_neither_a_file_nor_a_folder_is_refused(assembly: Path, kind: str) -> None:
    path = assembly / "asset.0" / "more"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)

    status, (problem,) = _look(assembly)

    assert (status, problem) == (1, f"expected files and folders, got a link or a device: {path}")


def test_what_an_assembly_says_of_itself_is_no_command_of_the_log(assembly: Path) -> None:
    _write(assembly, **{"a\n::set-output name=x::y": {"type": "x" * 10_000}})

    _, (problem,) = _look(assembly)

    assert "\\n::set-output" in problem
    assert len(problem) < 500
