"""`ground-truth doctor` as a command: its exit code, its JSON, and a shell without credentials."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Command = Callable[..., Result]


@pytest.fixture
def doctor(ground_truth: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Give what calls the doctor in a shell without credentials; returns its JSON."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def call(*arguments: str, **variables: str) -> dict[str, Any]:
        result = ground_truth("doctor", *arguments, "--json", **variables)
        told: dict[str, Any] = json.loads(result.stdout)
        assert told["exit_code"] == result.exit_code
        return told

    return call


def _finding(told: dict[str, Any], subject: str) -> dict[str, Any]:
    (found,) = (each for each in told["findings"] if each["subject"] == subject)
    return dict(found)


def test_without_credentials_it_says_how_to_sign_in(doctor: Callable[..., dict[str, Any]]) -> None:
    told = doctor("dev")
    credentials = _finding(told, "credentials")
    number = sum(each["state"] == "to do" for each in told["findings"])

    assert (told["exit_code"], told["environment"]) == (1, "dev")
    assert told["error"] == f"things to do: {number}"
    assert _finding(told, "Region")["text"] == "us-east-1, as the file says; it has Ground Truth"
    assert credentials["state"] == "to do"
    assert credentials["text"].startswith("sign in to the account in this shell (`aws sso login`")


def test_a_profile_that_is_not_there_is_no_trace(doctor: Callable[..., dict[str, Any]]) -> None:
    told = doctor("dev", AWS_PROFILE="labling")

    assert _finding(told, "AWS profile")["text"] == (
        "set AWS_PROFILE to one of those there are (none), got 'labling'"
    )
    assert _finding(told, "credentials")["state"] == "to do"


def test_a_configuration_that_can_t_be_parsed_is_no_trace(
    doctor: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text("[default")

    for arguments in ((), ("dev",)):
        told = doctor(*arguments, AWS_CONFIG_FILE=str(file))
        profile = _finding(told, "AWS profile")

        assert profile["state"] == "to do"
        assert profile["text"].startswith("mend that file, or let AWS_CONFIG_FILE name another: ")
        assert str(file) in profile["text"]


def test_an_address_without_a_scheme_is_no_trace(doctor: Callable[..., dict[str, Any]]) -> None:
    credentials = _finding(doctor("dev", AWS_ENDPOINT_URL="foo"), "credentials")

    assert credentials["state"] == "to do"
    assert credentials["text"].startswith("mend or unset AWS_ENDPOINT_URL, or what else the shell")


@pytest.mark.parametrize("verb", ["drift", "workers"])
def test_other_verbs_say_it_too(ground_truth: Command, verb: str) -> None:
    result = ground_truth(verb, "dev", "--json", AWS_ENDPOINT_URL="foo")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"].startswith("mend or unset AWS_ENDPOINT_URL")


def test_without_an_environment_the_shell_says_where(
    doctor: Callable[..., dict[str, Any]],
) -> None:
    nowhere = _finding(doctor(), "Region")
    elsewhere = _finding(doctor(AWS_REGION="eu-west-3"), "Region")

    assert nowhere["text"].startswith("set AWS_REGION, or name an environment")
    assert elsewhere["text"].startswith("set AWS_REGION to a Region with Ground Truth (")
