"""Reading an environment file costs no CDK, no SDK and no process."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_HEAVY = {"aws_cdk", "boto3", "botocore", "cdk_nag", "constructs", "jsii"}
#: Folders above `ground_truth/`.
_ABOVE = {"audit", "cli", "local", "stacks"}
_STARTS = {"os.exec", "os.fork", "os.posix_spawn", "os.system", "subprocess.Popen"}
_WATCH = f"""
import sys
from pathlib import Path

started = []
sys.addaudithook(lambda event, _: started.append(event) if event in {_STARTS} else None)
"""
_IMPORT = "from ground_truth.config import load, load_all"
_LOAD = f"""
{_IMPORT}
load_all(Path("tests/data/shipped"))
for path in Path("tests/data/environments").glob("*.yaml"):
    load(path)
"""


def _loaded_and_started(program: str) -> set[str]:
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", f"{_WATCH}{program}\nprint(*sys.modules, *started)"],
        cwd=_ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("program", [_IMPORT, _LOAD], ids=["import", "load"])
def test_reading_a_file_loads_nothing_heavy_and_starts_nothing(program: str) -> None:
    found = _loaded_and_started(program)

    assert "ground_truth.config" in found
    assert found & (_HEAVY | _ABOVE | _STARTS) == set()


def test_a_process_would_be_seen() -> None:
    assert "subprocess.Popen" in _loaded_and_started("import subprocess; subprocess.run('true')")
