"""Options of the tests."""

import pytest


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
        help="write tests/data/help/, jobs/, plan/ and snapshots/ anew; look at the difference"
        " before you commit it",
    )
    parser.addoption(
        "--environment",
        default="local",
        metavar="NAME",
        help="the environment it deploys, a file in environments/",
    )
