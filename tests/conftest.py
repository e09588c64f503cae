"""Options of the tests, and whose environments they read."""

import functools
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
from botocore.loaders import JSONFileLoader

_YOURS: Final = Path(__file__).parents[1] / "environments"
#: What says whether the user's files are right.
_JUDGES: Final = ("tests/programs/test_audit.py", "tests/unit/test_your_environments.py")


# A busy computer is no fault of the code: no clock decides whether a test passes.
hypothesis.settings.register_profile("without a clock", deadline=None)
hypothesis.settings.load_profile("without a clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the end-to-end test run against a real account, and golden files be written."""
    parser.addoption(
        "--target",
        choices=("local", "aws"),
        default="local",
        help="where the end-to-end test deploys: local AWS, or the account of your credentials",
    )
    parser.addoption(
        "--update-golden-files",
        action="store_true",
        help="write tests/data/doctor/, help/, jobs/, plan/ and snapshots/ anew; look at the"
        " difference before you commit it",
    )
    parser.addoption(
        "--environment",
        default="local",
        metavar="NAME",
        help="the environment it deploys, a file in environments/",
    )
    parser.addoption(
        "--region",
        action="append",
        default=[],
        metavar="REGION",
        help="where it deploys it instead of the file's Region; several, one after the other",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep tests from the user's environments: an edit of those must not turn a test red."""
    # A shell starts what runs in its background deaf to Ctrl-C, and so would be what tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Looking for garbage among a million objects that stay is a fifth of what tests take.
    gc.set_threshold(100_000, 50, 100)
    # Each session of boto3 reads SageMaker's model anew, which takes a third of a second.
    cached: Any = functools.cache(JSONFileLoader.load_file)
    JSONFileLoader.load_file = cached  # type: ignore[method-assign]
    if config.getoption("--target") == "local":
        sys.addaudithook(_refuse_the_users_files)


def pytest_collection_finish() -> None:
    """Take what is there for all tests out of the search for garbage."""
    gc.collect()
    gc.freeze()


def _refuse_the_users_files(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not str(arguments[0]).endswith(".yaml"):
        return
    test = os.environ.get("PYTEST_CURRENT_TEST", "")
    if Path(arguments[0]).resolve().parent == _YOURS and not test.startswith(_JUDGES):
        raise PermissionError(
            f"{arguments[0]} is the user's to edit, and tests read none of environments/; take"
            " `shipped` of tests/environments.py, or write a file of your own"
        )
