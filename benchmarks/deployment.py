"""Deploys a job on 100,000 texts to local AWS: `python -m benchmarks.deployment [OBJECTS]`."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from rich.console import Console
from rich.progress import track
from rich.table import Table

from local.aws import LocalAws
from local.cdk_cli import CdkCli

_UPLOADERS: Final = 8
_PAUSE: Final = 0.2
#: What the function has (constructs/ground_truth/labeling/labeling_job_function.py).
_MEMORY: Final = 1_769
_SECONDS: Final = 900


class _Peak(threading.Thread):
    """Looks at the memory of the processes below a process, which run the functions."""

    def __init__(self, parent: int) -> None:
        super().__init__(daemon=True)
        self._parent = parent
        self._is_over = threading.Event()
        #: Megabytes of the largest child.
        self.megabytes = 0.0

    def run(self) -> None:
        while not self._is_over.wait(_PAUSE):
            for child in _children(self._parent):
                self.megabytes = max(self.megabytes, _resident(child))

    def stop(self) -> float:
        """End, and return the peak."""
        self._is_over.set()
        self.join()
        return self.megabytes


def main() -> None:
    """Print how long it takes and what it needs, beside what the function has."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name, LocalAws(Path(name)) as aws:
        cdk = CdkCli(environment="local", variables=aws.environment, folder=Path(name))
        cdk.bootstrap(aws.account, aws.region)
        bucket = cdk.deploy("Data", "Workforce")["InputBucketName"]
        _upload(aws, bucket, number)
        peak = _Peak(aws.pid)
        peak.start()
        began = time.monotonic()
        outputs = cdk.deploy("Labeling")
        seconds = time.monotonic() - began
        table = Table("a deployment of Labeling", "measured", "the function has")
        table.add_row("data objects", outputs["EvenOddObjectCount"], "100000")
        table.add_row("seconds, cdk deploy in all", f"{seconds:.0f}", str(_SECONDS))
        table.add_row("peak of a function, MB", f"{peak.stop():.0f}", str(_MEMORY))
        Console().print(table)


def _upload(aws: LocalAws, bucket: str, number: int) -> None:
    config = Config(max_pool_connections=_UPLOADERS)
    session = boto3.Session(
        aws_access_key_id=aws.exports["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws.exports["AWS_SECRET_ACCESS_KEY"],
        region_name=aws.region,
    )
    s3: Any = session.client(
        "s3", endpoint_url=aws.endpoint, verify=str(aws.ca_bundle), config=config
    )

    def put(index: int) -> None:
        s3.put_object(Bucket=bucket, Key=f"Input/{index:06}.txt", Body=str(index).encode())

    with ThreadPoolExecutor(_UPLOADERS) as uploaders:
        for _ in track(uploaders.map(put, range(number)), "upload", total=number):
            pass


def _children(parent: int) -> list[int]:
    """Return all processes below a process (https://docs.kernel.org/filesystems/proc.html)."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _resident(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return 0.0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmRSS", "0 kB").split()[0]) / 1000


if __name__ == "__main__":
    main()
