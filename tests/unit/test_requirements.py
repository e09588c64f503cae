"""What is installed: each package in one version, by its hashes, and no more than a verb needs."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[2]
_CORE, _LOCAL, _DEV = "requirements.txt", "requirements-local.txt", "requirements-dev.txt"
_AUDIT = "requirements-audit.txt"
_FILES = (_CORE, _LOCAL, _DEV, _AUDIT)
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())
_GROUPS = {
    _CORE: _PROJECT["project"]["dependencies"],
    _LOCAL: _PROJECT["project"]["optional-dependencies"]["local"],
    _DEV: [
        line
        for extra, lines in _PROJECT["project"]["optional-dependencies"].items()
        if extra != "local"
        for line in lines
    ],
    _AUDIT: _PROJECT["dependency-groups"]["audit"],
}
#: A package, the marker of where it is needed, and the hashes of its files.
_PACKAGE = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; (.+))?((?: --hash=sha256:[0-9a-f]{64})+)")


def _lines(name: str) -> Iterator[str]:
    text = (_ROOT / name).read_text().replace("\\\n", "")
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield " ".join(line.split())


def _packages(name: str) -> list[tuple[str, str]]:
    """Return all of a file with their versions, those of other systems too."""
    matches = [found for line in _lines(name) if (found := _PACKAGE.fullmatch(line))]
    return [(found[1], found[2]) for found in matches]


@pytest.mark.parametrize("name", _FILES)
def test_each_package_has_hashes_and_nothing_else_is_installed(name: str) -> None:
    assert [line for line in _lines(name) if not _PACKAGE.fullmatch(line)] == []
    assert len(_packages(name)) > 50


@pytest.mark.parametrize("name", _FILES)
def test_a_file_names_no_place_of_one_computer(name: str) -> None:
    text = (_ROOT / name).read_text()

    assert re.findall(r"^-.*|.*(?:://|file:|/home/|/root/|/opt/|/tmp/).*", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", _FILES)
def test_a_package_stands_once_in_a_file(name: str) -> None:
    packages = [package for package, _ in _packages(name)]

    assert sorted(set(packages)) == packages


@pytest.mark.parametrize(("less", "more"), [(_CORE, _LOCAL), (_LOCAL, _DEV)])
def test_a_file_has_all_of_the_one_before_it_in_the_same_versions(less: str, more: str) -> None:
    assert set(_lines(less)) < set(_lines(more))


@pytest.mark.parametrize("name", _FILES)
def test_what_the_project_asks_for_is_installed_in_a_version_that_it_allows(name: str) -> None:
    versions = dict(_packages(name))
    asked = [Requirement(line) for line in _GROUPS[name]]

    assert asked
    assert [
        str(each)
        for each in asked
        if not each.specifier.contains(versions.get(canonicalize_name(each.name), "0"))
    ] == []


@pytest.mark.parametrize(("name", "before"), [(_LOCAL, _CORE), (_DEV, _LOCAL)])
def test_what_a_part_adds_is_not_installed_without_it(name: str, before: str) -> None:
    others = {package for package, _ in _packages(before)}
    added = {canonicalize_name(Requirement(line).name) for line in _GROUPS[name]}

    # Deploying needs boto3 too; local AWS says in which version.
    assert added & others <= {"boto3"}


def test_what_builds_the_project_is_among_the_packages() -> None:
    versions = dict(_packages(_CORE))

    for line in _PROJECT["build-system"]["requires"]:
        needed = Requirement(line)
        assert needed.specifier.contains(versions[needed.name])


def test_who_only_deploys_installs_few_packages() -> None:
    assert len(_packages(_CORE)) <= 53
