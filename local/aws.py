"""Starts and stops local AWS: MiniStack plus Ground Truth as a child process on 127.0.0.1."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from local.certificates import KEY_FILE, write_certificates
from local.gate.keys import AccessKey
from local.mailbox import PATH as MAILBOX
from local.surroundings import session, variables

ROOT: Final = Path(__file__).parents[1]
_PID_FILE: Final = "server.json"
#: Whatever proxy there is, it is not asked for what is on this computer.
_CONFIG: Final = Config(proxies={})
#: Folders of Python and of the CDK CLI.
_OWN_PROGRAMS: Final = (str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"))
#: Where all runs are, with what they share.
RUNS: Final = ROOT / ".local"
#: Unsets whatever else a shell has for AWS, for CDK and for Python and Node.
_UNSET: Final = (
    "for name in $(env | sed -n"
    r" -e 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p' -e 's/^\(CDK_[A-Za-z0-9_]*\)=.*/\1/p');"
    ' do unset "$name"; done; unset NODE_OPTIONS PYTHONPATH PYTHONHOME'
)


class LocalAws:
    """An AWS account of its own in a child process, empty at each start, with IAM and TLS enforced.

    It answers to nobody who has not the keys of this start: requests are signed with the root's
    access key or one that IAM or STS gave, and the mailbox's address has a key of its own.

    `state` is a folder for the log, the certificates and the server's temporary files; nothing is
    written elsewhere. The server and all that it starts end with `stop()`, with the `with` block
    and with this process, however it ends. A `detached` one goes on until
    `python -m local.aws stop <state>`. `delay` is the time in seconds that Ground Truth takes for
    a step of its own, such as from Initializing to InProgress. `region` is where requests go that
    name none; all other Regions of SageMaker answer too, each with its own portals and login pages.
    `unkindness` is a seed for what AWS does now and then, `local/ground_truth/api/unkindness.py`.
    """

    account: Final = "000000000000"

    def __init__(
        self,
        state: Path | str,
        *,
        region: str = "us-east-1",
        detached: bool = False,
        delay: float = 0.2,
        unkindness: int | None = None,
    ) -> None:
        self.state = Path(state).resolve()
        self.region = region
        self._detached = detached
        self._delay = delay
        self._unkindness = unkindness
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None
        self._port: int | None = None
        self._renew_keys()

    @property
    def endpoint(self) -> str:
        """Where all services answer; RuntimeError before the start."""
        if self._port is None:
            raise RuntimeError("local AWS has no endpoint before it is started; call start() first")
        return f"https://127.0.0.1:{self._port}"

    @property
    def mailbox(self) -> str:
        """The address of the mailbox's page, with its key; RuntimeError before the start."""
        return f"{self.endpoint}{MAILBOX}?key={self._mailbox_key}"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.state / "server.log"

    @property
    def call_log(self) -> Path:
        """One JSON object per call of an AWS service: `action`, `resource`, `allowed`."""
        return self.state / "calls.jsonl"

    @property
    def ca_bundle(self) -> Path:
        """The certificate of the authority that signed the server's certificate."""
        return self.state / "ca.pem"

    @property
    def pid(self) -> int:
        """The server's process id, which is also its process group; RuntimeError before start."""
        if self._process is None:
            raise RuntimeError("local AWS has no process before it is started; call start() first")
        return self._process.pid

    @property
    def exports(self) -> dict[str, str]:
        """What a shell has to export so that the CDK CLI, the AWS CLI and SDKs come here."""
        nowhere = str(self.state / "no-such-file")
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self._key.id,
            "AWS_SECRET_ACCESS_KEY": self._key.secret,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CA_BUNDLE": str(self.ca_bundle),
            "NODE_EXTRA_CA_CERTS": str(self.ca_bundle),
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "NODE_PATH": str(ROOT / "node_modules"),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "PATH": os.pathsep.join([*_OWN_PROGRAMS, os.environ.get("PATH", os.defpath)]),
        }

    @property
    def shell_exports(self) -> str:
        """The commands by which a shell exports it, before its own PATH."""
        own = os.pathsep.join(map(shlex.quote, _OWN_PROGRAMS))
        values = {name: shlex.quote(value) for name, value in self.exports.items()}
        values["PATH"] = f'{own}{os.pathsep}"$PATH"'
        return "\n".join([_UNSET, *(f"export {name}={value}" for name, value in values.items())])

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a process that uses local AWS, and no profile of yours."""
        return {**variables(os.environ, self.state, RUNS), **self.exports}

    @cached_property
    def _session(self) -> boto3.Session:
        return session(self.region)

    @property
    def _regions(self) -> list[str]:
        return sorted({self.region, *self._session.get_available_regions("sagemaker")})

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client for `service` as the account's root, the same one each time."""
        key = service, region or self.region
        if key not in self._clients:
            untyped: Any = self._session  # the stubs have one overload for each service
            self._clients[key] = untyped.client(
                service,
                region_name=key[1],
                endpoint_url=self.endpoint,
                aws_access_key_id=self._key.id,
                aws_secret_access_key=self._key.secret,
                verify=str(self.ca_bundle),
                # Or botocore would presign by Signature Version 2, which new buckets don't take.
                config=_CONFIG.merge(Config(signature_version="s3v4"))
                if service == "s3"
                else _CONFIG,
            )
        return self._clients[key]

    def start(self, *, patience: float = 30.0) -> Self:
        """Start the server and wait until it answers.

        RuntimeError with the end of its log if it ends, TimeoutError after `patience` seconds.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)  # keys, logs and all that functions write
        if self._process is not None or _read_pid_file(self.state):
            raise RuntimeError(f"local AWS runs already in {self.state}; stop it first")
        self._renew_keys()
        for name in ("home", "tmp"):
            (self.state / name).mkdir(mode=0o700, exist_ok=True)
        certificate, key = write_certificates(self.state, self._regions)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self._port = listener.getsockname()[1]
            self._process = self._spawn(listener, certificate, key)
        try:
            self._wait(time.monotonic() + patience)
        except BaseException:
            self.stop()
            raise
        if self._detached and self._lifeline is not None:
            content = {"pid": self._process.pid, "endpoint": self.endpoint}
            (self.state / _PID_FILE).write_text(json.dumps(content))
            # Only from here on it is found again, and goes on alone.
            os.write(self._lifeline, b".")
        return self

    def stop(self) -> None:
        """End the server and every process that it started; nothing happens if there is none."""
        if self._process is None:
            return
        process, self._process = self._process, None
        _end_group(process.pid)
        process.wait()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        for name in (_PID_FILE, KEY_FILE):
            (self.state / name).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _renew_keys(self) -> None:
        self._key = AccessKey.root()
        self._mailbox_key = secrets.token_urlsafe(24)
        self._clients: dict[tuple[str, str], Any] = {}

    def _spawn(
        self, listener: socket.socket, certificate: Path, key: Path
    ) -> subprocess.Popen[bytes]:
        descriptors = [listener.fileno()]
        arguments = [f"--listen={listener.fileno()}"]
        # The server watches the reading end: it closes when this process ends, even by SIGKILL.
        lifeline, self._lifeline = os.pipe()
        descriptors.append(lifeline)
        arguments.append(f"--lifeline={lifeline}")
        environment = {
            **variables(os.environ, self.state, RUNS),
            **self._server_variables(certificate, key),
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # the arguments are ours
                [sys.executable, "-m", "local.server", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=descriptors,
                start_new_session=True,
                umask=0o077,
            )
        os.close(lifeline)
        return process

    def _server_variables(self, certificate: Path, key: Path) -> dict[str, str]:
        # Without AWS_ENDPOINT_URL: MiniStack gives functions its own.
        passed_on = {k: v for k, v in self.exports.items() if k != "AWS_ENDPOINT_URL"}
        return {
            **passed_on,
            "AUTH": "true",
            "CALL_LOG": str(self.call_log),
            "MAILBOX_KEY": self._mailbox_key,
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            "SSL_CERT_FILE": str(self.ca_bundle),
            "REQUESTS_CA_BUNDLE": str(self.ca_bundle),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            # CloudFormation makes one resource after the other here, so that no jobs begin at once.
            "SPREAD_SECONDS": "0",
            # Its list is never behind.
            "ABSENT_SECONDS": "0",
            "DOCKER_HOST": f"unix://{self.state / 'no-such-file'}",
            "STATE_DIR": str(self.state / "tmp" / "state"),
            "S3_DATA_DIR": str(self.state / "tmp" / "s3"),
            "TMPDIR": str(self.state / "tmp"),
            "LOG_LEVEL": "INFO",
            "GROUND_TRUTH_DELAY_SECONDS": str(self._delay),
            "GROUND_TRUTH_UNKINDNESS": "" if self._unkindness is None else str(self._unkindness),
            "PYTHONUNBUFFERED": "1",
        }

    def _wait(self, deadline: float) -> None:
        context = ssl.create_default_context(cafile=str(self.ca_bundle))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        while True:
            try:
                # Refused, as everything is that nobody has signed: so it answers.
                opener.open(self.endpoint, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, OSError):
                if self._process is None or self._process.poll() is not None:
                    raise RuntimeError(
                        f"local AWS should start, but it ended; {self.log} ends with:\n"
                        f"{self._log_tail()}"
                    ) from None
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        f"local AWS should answer at {self.endpoint}, but it does not; {self.log}"
                        f" ends with:\n{self._log_tail()}"
                    ) from None
                time.sleep(0.05)

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def stop_detached(state: Path) -> str:
    """Stop the detached local AWS whose folder is `state`; return a sentence about what was."""
    content = _read_pid_file(state)
    if content is None:
        (state / _PID_FILE).unlink(missing_ok=True)
        return f"no local AWS runs in {state}"
    pid = int(content["pid"])
    _end_group(pid)
    for name in (_PID_FILE, KEY_FILE):
        (state / name).unlink(missing_ok=True)
    return f"stopped local AWS at {content['endpoint']}"


def _read_pid_file(state: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads((state / _PID_FILE).read_text())
    except (FileNotFoundError, ValueError):
        # The second is of one that was interrupted while it was written.
        return None
    return content if _is_server(int(content["pid"])) else None


def is_running(state: Path) -> bool:
    """Say whether a detached local AWS runs whose folder is `state`."""
    return _read_pid_file(state) is not None


def _is_server(pid: int) -> bool:
    """Say whether `pid` is a server of ours: a number may be some other process's by now."""
    try:
        return os.getpgid(pid) == pid and "local.server" in _command(pid)
    except ProcessLookupError:
        return False


def _command(pid: int) -> str:
    listing = subprocess.run(  # noqa: S603  # the arguments are ours
        [shutil.which("ps") or "/bin/ps", "-o", "stat=,args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return "" if listing.startswith("Z") else listing


def _end_group(group: int) -> None:
    # All state is in memory, so there is nothing to save first.
    with contextlib.suppress(ProcessLookupError, PermissionError):  # none, or only ended ones
        os.killpg(group, signal.SIGKILL)


def main() -> None:
    """`python -m local.aws start|stop <folder> [--region REGION] [--unkindness SEED]`."""
    parser = argparse.ArgumentParser(prog="python -m local.aws", description=__doc__)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path, help="where the log and the certificates are")
    parser.add_argument("--region", default="us-east-1", help="where requests go that name none")
    parser.add_argument("--unkindness", type=int, metavar="SEED", help="what AWS does at times")
    arguments = parser.parse_args()
    if arguments.action == "stop":
        print(stop_detached(arguments.folder.resolve()))  # noqa: T201  # a command line
        return
    aws = LocalAws(
        arguments.folder,
        region=arguments.region,
        detached=True,
        unkindness=arguments.unkindness,
    ).start()
    print(aws.shell_exports)  # noqa: T201  # a command line


if __name__ == "__main__":
    main()
