"""`make demo`: from four text files to labels and back to nothing, on this computer."""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.aws import ROOT, LocalAws
from local.cdk_cli import CdkCli, CdkError
from local.inventory import inventory
from local.mailbox import PATH as MAILBOX
from local.walkthrough import label_all, read_labels, upload, wait_for_end, who_labeled
from local.worker import Worker

_WORKER: Final = "ana@example.com"
#: Has not signed in yet when the demo is over.
_OTHER: Final = "bo@example.com"
_JOB: Final = "EvenOdd"
_ATTRIBUTE: Final = "even-odd"

#: The time from an empty local AWS to labels and back to nothing, in seconds, on two cores.
GOAL: Final = 90


class Steps:
    """Shows each step with its seconds while it runs, and one line for it afterwards."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        start = time.monotonic()
        with Progress(
            SpinnerColumn(),
            TextColumn(f"{what:<62}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ) as progress:
            progress.add_task(what, total=None)
            yield
        self.console.print(f"  {what:<62} {time.monotonic() - start:5.1f} s", highlight=False)


def main() -> None:
    """Run the demo; with `--keep` leave local AWS and the labeled job running."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it all running")
    keep: bool = parser.parse_args().keep

    # SIGTERM must stop the children too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("demo: terminated"))
    state = ROOT / ".local"
    state.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=state))
    console = Console()
    try:
        _run(folder, console, keep=keep)
    except KeyboardInterrupt:
        sys.exit(f"demo: interrupted; what happened so far is in {folder}")
    except (CdkError, TimeoutError) as error:
        sys.exit(f"demo: {error}")
    except Exception as error:  # noqa: BLE001  # whatever it is, the log helps
        sys.exit(f"demo: {type(error).__name__}: {error}; what happened so far is in {folder}")
    if not keep:
        shutil.rmtree(folder)


def _run(folder: Path, console: Console, *, keep: bool) -> None:
    step = Steps(console)
    aws = LocalAws(folder, detached=keep)
    try:
        with step("start local AWS, with IAM and TLS enforced"):
            aws.start()
        cdk = CdkCli(environment="local", variables=aws.environment, folder=folder)
        start = time.monotonic()
        with step("cdk synth"):
            deployment = cdk.synthesised()
        with step("cdk bootstrap"):
            deployment.bootstrap(aws.account, aws.region)
        before = inventory(aws.client)
        _label(aws, deployment, step)
        if keep:
            _how_to_look(aws, folder, console)
            return
        _tear_down(aws, deployment, step, before)
        seconds = time.monotonic() - start
        console.print(
            f"\nFrom an empty AWS to labels and back to nothing: {seconds:.0f} s"
            f" (goal: at most {GOAL} s on two cores)",
            highlight=False,
            soft_wrap=True,
        )
    except BaseException:
        aws.stop()
        raise
    finally:
        if not keep:
            aws.stop()


def _label(aws: LocalAws, cdk: CdkCli, step: Steps) -> None:
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    with step("cdk deploy local/Data local/Workforce"):
        outputs = cdk.deploy("Data", "Workforce")
    with step("upload samples/even-odd"):
        upload(s3, outputs["InputBucketName"])
    with step("cdk deploy local/Labeling"):
        job = cdk.deploy("Labeling")
    with step(f"{_WORKER} signs in with the password of the invitation"):
        ana = Worker(aws.endpoint, _WORKER, aws.ca_bundle)
        ana.sign_in()
    with step(f"{_WORKER} labels {job[f'{_JOB}ObjectCount']} data objects"):
        label_all(ana)
    with step("wait until the labeling job is Completed"):
        status = wait_for_end(sagemaker, job[f"{_JOB}JobName"], seconds=60)
    manifest = job[f"{_JOB}OutputManifestUri"]
    if status != "Completed":
        raise CdkError(f"the labeling job should be Completed, it is {status}; see {aws.log}")

    workers = who_labeled(s3, aws.client("cognito-idp"), manifest)
    table = Table("object", "text", "label", "confidence", "worker")
    for number, line in enumerate(read_labels(s3, manifest, _ATTRIBUTE)):
        table.add_row(
            line.object_key,
            line.text,
            line.label,
            f"{line.confidence:.2f}",
            ", ".join(workers.get(str(number), [])),
        )
    step.console.print(table)
    step.console.print(f"Output manifest: {manifest}\n", highlight=False, soft_wrap=True)


def _tear_down(aws: LocalAws, cdk: CdkCli, step: Steps, before: set[str]) -> None:
    with step("cdk deploy 'local/*' again: nothing changes"):
        printed = cdk.run("deploy", "local/*", "--require-approval=never")
        if printed.count("(no changes)") != 3:
            raise CdkError(f"the second deployment should change nothing; see {cdk.log}")
    with step("cdk diff 'local/*': no differences"):
        cdk.run("diff", "local/*", "--fail")
    with step("cdk destroy 'local/*'"):
        cdk.destroy()
    with step("nothing is left"):
        left = inventory(aws.client) - before
        if left:
            raise CdkError(f"after destroy nothing should be left, but there is {sorted(left)}")


def _how_to_look(aws: LocalAws, folder: Path, console: Console) -> None:
    console.print(
        f"""It all runs on, until you stop it. To look at it, in another shell:

{aws.shell_exports}
python -c "import boto3; print(boto3.client('sagemaker').list_labeling_jobs())"
aws s3 ls                                  # if you have the AWS CLI
npx cdk diff 'local/*' -c environment=local

Mailbox:        {aws.endpoint}{MAILBOX}
                It has the invitations with their temporary passwords, and a link to the portal.
                Open it first. A browser asks about the certificate at each new address, unless
                it trusts {aws.ca_bundle}
Label by hand:  as {_OTHER}, with the password of the invitation
Logs:           {folder}
Stop:           .venv/bin/python -m local.aws stop {shlex.quote(str(folder))}""",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


if __name__ == "__main__":
    main()
