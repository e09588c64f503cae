"""The function works with either version of urllib3 that Lambda's runtimes bring for boto3."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from pip._vendor.urllib3 import _version as older

from tests.unit.labeling_job.labeling_job_aws import CREDENTIALS
from tests.unit.labeling_job.source.s3_stub import S3Stub, serving

_ROOT = Path(__file__).parents[3]
#: pip brings 1.26, whatever is installed beside it; found by the usual name from here on.
_OLDER = """
import importlib, sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

class Finder(MetaPathFinder, Loader):
    def find_spec(self, name, path, target=None):
        return ModuleSpec(name, self) if name.split(".")[0] == "urllib3" else None
    def create_module(self, spec):
        return importlib.import_module(f"pip._vendor.{spec.name}")
    def exec_module(self, module):
        pass

sys.meta_path.insert(0, Finder())
"""
_READ = """
import urllib3
from labeling_job.clients import connect
from labeling_job.source.signed_get import signed_get
aws = connect(step="Test", seconds=60.0)
place = {"Bucket": "in-put", "Key": "Input/1.txt"}
content = signed_get(
    "GetObject", place, "111122223333", aws, maximum_bytes=9, understand=bytes.decode
)
theirs = aws.s3.get_object(**place)["Body"].read().decode()
print(urllib3.__version__, content, theirs)
"""


@pytest.mark.parametrize(
    ("before", "version"),
    [(_OLDER, older.__version__), ("", metadata.version("urllib3"))],
    ids=["pip's", "installed"],
)
def test_objects_are_read_with_this_urllib3(before: str, version: str) -> None:
    with S3Stub("eu-central-1", "in-put") as stub, serving(stub):
        done = subprocess.run(  # noqa: S603  # code of this file
            [sys.executable, "-c", before + _READ],
            env={
                **os.environ,
                "AWS_ACCESS_KEY_ID": str(CREDENTIALS.access_key),
                "AWS_SECRET_ACCESS_KEY": str(CREDENTIALS.secret_key),
                "AWS_DEFAULT_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{stub.server_port}",
                "PYTHONPATH": str(_ROOT / "lambda"),
                "no_proxy": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            check=True,
        )

    assert done.stdout.split() == [version, "42", "42"]


def test_they_are_different_ones() -> None:
    assert older.__version__.startswith("1.26.")
    assert metadata.version("urllib3").startswith("2.")
