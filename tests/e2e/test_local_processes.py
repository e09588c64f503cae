"""Local AWS as processes: nothing of it outlives what started it, unless it is told to."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from local.aws import ROOT, LocalAws, stop_detached

_FUNCTION = "def handler(event, context):\n    return {'seen': event}\n"


def _run_function(aws: LocalAws) -> None:
    """Make a function and call it, so that the server has a process of its own."""
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    iam = aws.client("iam")
    role = iam.create_role(RoleName="echo", AssumeRolePolicyDocument=json.dumps(trust))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("echo.py", _FUNCTION)
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName="echo",
        Runtime="python3.11",
        Handler="echo.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    answer = functions.invoke(FunctionName="echo", Payload=b'{"a": 1}')
    assert json.load(answer["Payload"]) == {"seen": {"a": 1}}


def _group(pid: int) -> list[int]:
    """Return the living processes of a process group."""
    listing = subprocess.run(
        ["ps", "-e", "-o", "pid=,pgid=,stat="],  # noqa: S607  # wherever ps is
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z")]


def _gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while _group(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_stop_ends_the_server_and_its_functions(tmp_path: Path) -> None:
    with LocalAws(tmp_path) as aws:
        _run_function(aws)
        pid = aws.pid
        assert len(_group(pid)) > 1

    assert _gone(pid)


def test_functions_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with LocalAws(tmp_path) as aws:
        _run_function(aws)

        os.kill(aws.pid, signal.SIGKILL)

        deadline = time.monotonic() + 5
        while len(_group(aws.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _group(aws.pid) == []


def test_the_server_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from local.aws import LocalAws;"
        "aws = LocalAws(sys.argv[1]).start(); print(aws.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(  # noqa: S603  # the arguments are ours
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _group(pid)

        os.kill(parent.pid, signal.SIGKILL)

    assert _gone(pid)


def test_a_detached_server_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.aws"]
    started = subprocess.run(  # noqa: S603  # the arguments are ours
        [*command, "start", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pid = int(json.loads((tmp_path / "server.json").read_text())["pid"])
    assert "export AWS_ENDPOINT_URL=https://127.0.0.1:" in started.stdout
    (path,) = (line for line in started.stdout.splitlines() if line.startswith("export PATH="))
    assert path.endswith(f'{ROOT}/node_modules/.bin:"$PATH"')
    assert _group(pid)

    stopped = subprocess.run(  # noqa: S603  # the arguments are ours
        [*command, "stop", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "stopped local AWS" in stopped.stdout
    assert _gone(pid)
    assert "no local AWS runs" in stop_detached(tmp_path)


def test_two_run_beside_each_other_and_share_nothing(tmp_path: Path) -> None:
    with LocalAws(tmp_path / "one") as one, LocalAws(tmp_path / "two") as two:
        one.client("s3").create_bucket(Bucket="only-here")

        assert [each["Name"] for each in one.client("s3").list_buckets()["Buckets"]] == [
            "only-here"
        ]
        assert two.client("s3").list_buckets()["Buckets"] == []


def test_keys_are_for_their_owner_only_and_the_server_is_on_loopback(tmp_path: Path) -> None:
    with LocalAws(tmp_path) as aws:
        assert stat.S_IMODE((tmp_path / "server.key").stat().st_mode) == 0o600
        assert aws.endpoint.startswith("https://127.0.0.1:")
        assert aws.environment["AWS_CONFIG_FILE"].startswith(str(tmp_path))


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="a delay is at least 0 seconds, got -1"):
        LocalAws(tmp_path, delay=-1).start()
