"""From four text files to labels and back to nothing, on this computer."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from local.aws import ROOT, RUNS, LocalAws, is_running
from local.cdk_cli import CdkCli, CdkError
from local.inventory import inventory
from local.runs import held_folder, remove_interrupted
from local.surroundings import make_folder
from local.walkthrough import (
    Label,
    label_all,
    read_labels,
    upload,
    wait_for_end,
    wait_for_labels,
    who_labeled,
)
from local.worker import Worker

_WORKER: Final = "ana@example.com"
#: Who looks at what is kept labels in this one's name.
_OTHER: Final = "bo@example.com"
#: What is left of the data objects for the other one.
_LEFT: Final = 2
_JOB: Final = "EvenOdd"
_ATTRIBUTE: Final = "even-odd"
#: In the folder of a run that has failed, whose logs somebody may want to read.
_FAILED: Final = "failed"
#: Columns of a step's words, where the terminal has them.
_WORDS: Final = 62

#: The time from an empty local AWS to labels and back to nothing, in seconds, on two cores.
GOAL: Final = 90


class DemoError(RuntimeError):
    """What went wrong, and the folder with the logs."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What the demo's people have made."""

    manifest: str
    lines: Sequence[Label]
    #: Addresses, for each line.
    workers: Sequence[Sequence[str]]


class Steps:
    """Shows each step with its seconds while it runs, and one line for it afterwards."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        start = time.monotonic()
        words = what.ljust(min(_WORDS, self.console.width - 12))
        with Progress(
            SpinnerColumn(),
            TextColumn(words, markup=False),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ) as progress:
            progress.add_task(what, total=None)
            yield
        self.console.print(f"  {words} {time.monotonic() - start:5.1f} s")


def run_demo(console: Console, show: Callable[[Labels], None], *, region: str, keep: bool) -> str:
    """Run the demo, show its labels, and return what there is to say at the end.

    `region` is the one of the file environments/local.yaml.

    With `keep`, local AWS and the job go on running, and the last tasks wait for a person. Raises
    DemoError, and SurroundingsError where it can't begin.
    """
    make_folder(RUNS)
    for left in remove_interrupted(RUNS, _is_kept):
        console.print(f"  removed {left.relative_to(ROOT)}, which an interrupted run has left")
    with held_folder(RUNS) as folder:
        return _in(folder, console, show, region=region, keep=keep)


def _is_kept(folder: Path) -> bool:
    """Say whether a demo goes on there, or has failed and left its logs to be read."""
    return is_running(folder) or (folder / _FAILED).exists()


def _in(
    folder: Path, console: Console, show: Callable[[Labels], None], *, region: str, keep: bool
) -> str:
    try:
        said = _run(folder, console, show, region=region, keep=keep)
    except KeyboardInterrupt:
        shutil.rmtree(folder)
        raise
    except (CdkError, TimeoutError) as error:
        (folder / _FAILED).touch()
        raise DemoError(str(error)) from None
    except Exception as error:
        with suppress(OSError):  # such as a full disk
            (folder / _FAILED).touch()
        raise DemoError(
            f"{type(error).__name__}: {error}; what happened so far is in {folder}"
        ) from error
    if not keep:
        shutil.rmtree(folder)
    return said


def _run(
    folder: Path, console: Console, show: Callable[[Labels], None], *, region: str, keep: bool
) -> str:
    step = Steps(console)
    aws = LocalAws(folder, region=region, detached=keep)
    try:
        with step("start local AWS, with IAM and TLS enforced"):
            aws.start()
        app = CdkCli(environment="local", variables=aws.environment, folder=folder)
        start = time.monotonic()
        with step("cdk synth"):
            cdk = app.synthesised()
        with step("cdk bootstrap"):
            cdk.bootstrap(aws.account, aws.region)
        before = inventory(aws.client)
        show(_label(aws, cdk, step, left=_LEFT if keep else 0))
        if keep:
            return _how_to_look(aws, folder)
        _tear_down(aws, cdk, app, step, before)
        seconds = time.monotonic() - start
        return (
            f"\nFrom an empty AWS to labels and back to nothing: {seconds:.0f} s"
            f" (goal: at most {GOAL} s on two cores)"
        )
    except BaseException:
        aws.stop()
        raise
    finally:
        if not keep:
            aws.stop()


def _label(aws: LocalAws, cdk: CdkCli, step: Steps, *, left: int) -> Labels:
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    with step("cdk deploy local/Data local/Workforce"):
        outputs = cdk.deploy("Data", "Workforce")
    with step("upload samples/even-odd"):
        upload(s3, outputs["InputBucketName"])
    with step("cdk deploy local/Labeling"):
        job = cdk.deploy("Labeling")
    with step(f"{_WORKER} signs in with the password of the invitation"):
        ana = Worker(aws.mailbox, _WORKER, aws.ca_bundle)
        ana.sign_in()
    number = int(job[f"{_JOB}ObjectCount"]) - left
    with step(f"{_WORKER} labels {number} data objects"):
        label_all(ana, at_most=number)
    manifest = job[f"{_JOB}OutputManifestUri"]
    if left:
        with step("wait until their labels are in the output manifest"):
            lines = wait_for_labels(s3, manifest, _ATTRIBUTE, number=number, seconds=60)
    else:
        with step("wait until the labeling job is Completed"):
            status = wait_for_end(sagemaker, job[f"{_JOB}JobName"], seconds=60)
        if status != "Completed":
            raise CdkError(f"the labeling job should be Completed, it is {status}; see {aws.log}")
        lines = read_labels(s3, manifest, _ATTRIBUTE)

    workers = who_labeled(s3, aws.client("cognito-idp"), manifest)
    return Labels(
        manifest=manifest,
        lines=lines,
        workers=[workers.get(str(number), []) for number in range(len(lines))],
    )


def _tear_down(aws: LocalAws, cdk: CdkCli, app: CdkCli, step: Steps, before: set[str]) -> None:
    with step("cdk deploy 'local/*' again: nothing changes"):
        printed = cdk.run("deploy", "local/*", "--require-approval=never")
        if printed.count("(no changes)") != 3:
            raise CdkError(f"the second deployment should change nothing; see {cdk.log}")
    with step("cdk diff 'local/*', synthesised anew: no differences"):
        app.run("diff", "local/*", "--fail")
    with step("cdk destroy 'local/*'"):
        cdk.destroy()
    with step("nothing is left"):
        left = inventory(aws.client) - before
        if left:
            raise CdkError(f"after destroy nothing should be left, but there is {sorted(left)}")


def _how_to_look(aws: LocalAws, folder: Path) -> str:
    portal, password = Worker(aws.mailbox, _OTHER, aws.ca_bundle).invitation()
    python, state = shlex.quote(sys.executable), shlex.quote(str(folder))
    return f"""It all runs on, until you stop it.

Label by hand:  {portal}
                {_LEFT} data objects wait there for {_OTHER}
                with the temporary password {password}
                A browser asks about the certificate at each new address, unless it trusts
                {aws.ca_bundle}
Mailbox:        {aws.mailbox}
Logs:           {folder}

To look at it in another shell, which then knows this AWS only:

cd {shlex.quote(str(ROOT))}
{aws.shell_exports}
ground-truth workers local
python -c "import boto3; print(boto3.client('sagemaker').list_labeling_jobs())"
npx cdk diff 'local/*' -c environment=local

To stop it and remove what it has written:

{python} -m local.aws stop {state} && rm -r {state}"""
