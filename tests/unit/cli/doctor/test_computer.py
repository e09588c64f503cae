"""What the doctor says of the computer it runs on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.computer import OLDEST_NODE, Computer, looks
from cli.doctor.findings import Finding, State, find
from tests.unit.cli.doctor.surroundings import computer

_ROOT = Path(__file__).parents[4]


def _found(subject: str, there: Computer) -> Finding:
    (look,) = (look for name, look in looks(there) if name == subject)
    return find(subject, look)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"HTTPS_PROXY": "http://p"}, "HTTPS_PROXY, for Python and Node"),
        ({"https_proxy": "http://p", "HTTPS_PROXY": "q"}, "https_proxy, for Python and Node"),
        ({"HTTPS_PROXY": "", "HTTP_PROXY": "http://p"}, "none for AWS's addresses"),
    ],
)
def test_a_proxy_that_both_read_is_right(
    tmp_path: Path, variables: dict[str, str], text: str
) -> None:
    found = _found("proxy", computer(tmp_path, variables=variables))

    assert (found.state, found.text) == (State.RIGHT, text)


def test_a_proxy_without_a_scheme_is_found_since_node_takes_it_for_another(tmp_path: Path) -> None:
    found = _found("proxy", computer(tmp_path, variables={"HTTPS_PROXY": "proxy:8080"}))
    cli = (_ROOT / "node_modules" / "aws-cdk" / "lib" / "index.js").read_text(encoding="utf-8")

    assert found.state is State.TO_DO
    assert found.text.startswith("let HTTPS_PROXY begin with http://")
    # The scheme of what is asked for, which is https.
    assert 'proxy.indexOf("://") === -1) {\n        proxy = proto + "://" + proxy;' in cli


def test_a_proxy_s_password_is_not_told(tmp_path: Path) -> None:
    for proxy in ("http://ana:secret@p", "ana:secret@p"):
        there = computer(tmp_path, variables={"HTTPS_PROXY": proxy})

        assert "secret" not in _found("proxy", there).text


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"AWS_CA_BUNDLE": __file__}, "set NODE_EXTRA_CA_CERTS to the same file as AWS_CA_BUNDLE"),
        (
            {"NODE_EXTRA_CA_CERTS": __file__},
            "set AWS_CA_BUNDLE to the same file as NODE_EXTRA_CA_CERTS",
        ),
        ({"AWS_CA_BUNDLE": "/nowhere/ca.pem"}, "let AWS_CA_BUNDLE name a file that is there"),
    ],
)
def test_certificates_that_one_of_python_and_node_does_not_read_are_found(
    tmp_path: Path, variables: dict[str, str], text: str
) -> None:
    found = _found("certificates", computer(tmp_path, variables=variables))

    assert found.state is State.TO_DO
    assert found.text.startswith(text)


@pytest.mark.parametrize(
    ("subject", "changes", "text"),
    [
        ("Node", {"node": "v16.20.2"}, "or newer, on which the CDK CLI runs, got v16.20.2"),
        ("Node", {"node": "?"}, "got ?"),
        ("HOME", {"home": Path("/nowhere")}, "set HOME to a folder that can be written"),
        ("disk", {"free": 10_000_000}, "0.0 GB are free in "),
        ("packages", {"packages": {}}, "got no boto3, no pyyaml"),
        (
            "AWS profile",
            {"variables": {"AWS_PROFILE": "ops"}},
            "one of those there are (default, labeling), got 'ops'",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    tmp_path: Path, subject: str, changes: dict[str, Any], text: str
) -> None:
    found = _found(subject, computer(tmp_path, **changes))

    assert found.state is State.TO_DO
    assert text in found.text


def test_without_node_modules_the_cdk_cli_is_not_there(tmp_path: Path) -> None:
    there = computer(tmp_path)
    (tmp_path / "node_modules" / "aws-cdk" / "package.json").unlink()

    assert _found("CDK CLI", there).text == (
        "run `make setup`: expected the CDK CLI 2.1148.1 in node_modules, got none"
    )


def test_the_oldest_node_is_the_one_that_the_cdk_cli_s_own_package_names() -> None:
    package = json.loads((_ROOT / "node_modules" / "aws-cdk" / "package.json").read_text())

    assert package["engines"]["node"] == f">= {OLDEST_NODE}.0.0"


def test_what_a_broken_installation_has_left_is_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken-1.dist-info").mkdir()
    (tmp_path / "nameless-1.dist-info").mkdir()
    (tmp_path / "nameless-1.dist-info" / "METADATA").write_text("Version: 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert _found("packages", Computer.here(_ROOT, tuple)).state is State.RIGHT


def test_this_computer_has_the_packages_that_its_own_requirements_name() -> None:
    here = Computer.here(_ROOT, tuple)

    assert _found("packages", here).state is State.RIGHT
    assert here.node is not None
