"""The folders that must not become packages, and the flags that must stay recommended."""

import json
import tarfile
from pathlib import Path

import aws_cdk
import constructs
import pytest

import constructs.ground_truth

_ROOT = Path(__file__).parents[2]
_FOLDERS = (
    *(
        "audit",
        "benchmarks",
        "bootstrap",
        "cli",
        "constructs",
        "docs",
        "ground_truth",
        "installation",
        "lambda",
    ),
    *("local", "samples", "stacks", "tests"),
)


@pytest.mark.parametrize("folder", ["constructs", "lambda", "tests"])
def test_a_folder_that_would_hide_a_package_has_no_init_file(folder: str) -> None:
    assert not list((_ROOT / folder).glob("__init__.py"))


def test_no_test_folder_hides_the_package_constructs() -> None:
    assert not (_ROOT / "tests" / "constructs").exists()


def test_both_packages_called_constructs_resolve() -> None:
    assert constructs.Construct.__module__ == "constructs"
    assert Path(constructs.ground_truth.__file__).is_relative_to(_ROOT)


def test_no_file_changes_the_import_path() -> None:
    sources = [
        path
        for folder in _FOLDERS
        for path in (_ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    ]

    assert sources
    assert [path for path in sources if "sys.path" in path.read_text()] == []


def test_the_feature_flags_are_those_that_cdk_recommends() -> None:
    (archive,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.tgz")
    with tarfile.open(archive) as package:
        member = package.extractfile("package/recommended-feature-flags.json")
        assert member is not None
        recommended = json.load(member)

    assert json.loads((_ROOT / "cdk.json").read_text())["context"] == recommended


def test_the_cdk_command_is_pinned() -> None:
    package = json.loads((_ROOT / "package.json").read_text())

    assert package["dependencies"]["aws-cdk"] == "2.1148.1"
