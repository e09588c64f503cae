"""What local AWS takes of a computer: nothing that a person has set for other things."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from local.aws import LocalAws
from local.surroundings import SurroundingsError, make_folder, session, variables

#: Variables that lead elsewhere, or break what they reach: each by itself ended `make demo`, or
#: sent it to somebody's account.
_OTHERS: Final = {
    **dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        "http://127.0.0.1:1",
    ),
    "AWS_PROFILE": "nobody",
    "AWS_DEFAULT_PROFILE": "nobody",
    "AWS_SESSION_TOKEN": "of-another-account",
    "AWS_SECURITY_TOKEN": "of-another-account",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_RETRY_MODE": "often",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_DEFAULTS_MODE": "none",
    "AWS_SDK_LOAD_CONFIG": "1",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/theirs",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1",
    "AWS_DATA_PATH": "/nowhere",
    "BOTO_CONFIG": "/nowhere",
    "CDK_DEFAULT_ACCOUNT": "111122223333",
    "CDK_DEFAULT_REGION": "eu-west-9",
    "CDK_CONTEXT_JSON": "{",
    "CDK_DEBUG": "true",
    "CDK_HOME": "/nowhere",
    "JSII_DEBUG": "1",
    "JSII_NODE": "/nowhere/node",
    "JSII_RUNTIME": "/nowhere/runtime",
    "NODE_OPTIONS": "--require /nowhere",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "PYTHONPATH": "/nowhere",
    "PYTHONHOME": "/nowhere",
    "PYTHONSTARTUP": "/nowhere",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "DOCKER_HOST": "tcp://127.0.0.1:1",
    "SSL_CERT_FILE": "/nowhere",
    "REQUESTS_CA_BUNDLE": "/nowhere",
    "MINISTACK_PERSIST": "1",
    "PERSIST_STATE": "1",
    "LD_PRELOAD": "/nowhere",
    "TMPDIR": "/nowhere",
}
#: Those whose own values local AWS sets.
_OWN: Final = frozenset({"CDK_HOME"})


@pytest.mark.parametrize("name", _OTHERS)
def test_a_variable_of_the_person_reaches_no_process(name: str, tmp_path: Path) -> None:
    of_processes = variables({name: _OTHERS[name], "PATH": "/bin"}, tmp_path, tmp_path)

    assert of_processes.get(name, "") != _OTHERS[name]
    assert (name in of_processes) is (name in _OWN)


@pytest.mark.parametrize("home", [None, "/nowhere", "/dev/null", ""])
def test_what_is_written_is_below_the_folder_wherever_home_is(
    home: str | None, tmp_path: Path
) -> None:
    around = {} if home is None else {"HOME": home}

    of_processes = variables(around, tmp_path / "run", tmp_path)

    for name in ("HOME", "CDK_HOME", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        assert Path(of_processes[name]).is_relative_to(tmp_path)
    assert of_processes["PATH"]


@pytest.fixture
def _of_somebody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in _OTHERS.items():
        if name.startswith(("AWS_", "HTTP", "http", "BOTO", "ALL", "all")):
            monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        (tmp_path / name).write_text("no = section\n[[[", encoding="utf-8")
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere")


@pytest.mark.usefixtures("_of_somebody")
@pytest.mark.parametrize("service", ["s3", "sts", "cloudformation", "sagemaker"])
def test_own_clients_ask_local_aws_whatever_somebody_has_set(service: str, tmp_path: Path) -> None:
    aws = LocalAws(tmp_path)
    aws._port = 9
    aws.ca_bundle.touch()

    client = aws.client(service)

    assert client.meta.endpoint_url == "https://127.0.0.1:9"
    assert client._request_signer._credentials.token is None
    http = client._endpoint.http_session
    assert http._proxy_config.proxy_url_for("https://127.0.0.1:9/") is None
    assert http._verify == str(aws.ca_bundle)


@pytest.mark.usefixtures("_of_somebody")
def test_a_session_has_no_profile_and_no_file_of_somebody() -> None:
    ours = session("us-east-1")

    assert ours.profile_name == "default"
    assert ours.available_profiles == []
    assert ours.region_name == "us-east-1"


def test_a_folder_that_can_not_be_written_is_named_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / ".local"

    with pytest.raises(SurroundingsError) as refused:
        make_folder(folder)

    assert str(refused.value) == (
        "copy the repository to a folder that you can write, where all that local AWS needs is "
        f"kept: {folder} can't be written (Not a directory)"
    )


def test_a_disk_without_room_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.surroundings._ROOM", 10**18)

    with pytest.raises(SurroundingsError, match=r"free some space: expected \d+ MB for local AWS"):
        make_folder(tmp_path / ".local")


def test_a_shell_that_looks_on_has_nothing_else_of_aws(tmp_path: Path) -> None:
    import subprocess

    aws = LocalAws(tmp_path)
    aws._port = 9
    around = {**_OTHERS, "PATH": os.environ["PATH"], "LD_PRELOAD": ""}

    shown = subprocess.run(  # noqa: S603  # a shell
        ["/bin/sh", "-c", f"{aws.shell_exports}\nenv"],
        env=around,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    left = {line.partition("=")[0] for line in shown.splitlines()}
    assert {name for name in left if name.startswith(("AWS_", "CDK_"))} == {
        name for name in aws.exports if name.startswith(("AWS_", "CDK_"))
    }
    assert not left & {"NODE_OPTIONS", "PYTHONPATH", "PYTHONHOME"}
