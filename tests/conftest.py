"""Options of the end-to-end test."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the end-to-end test run against a real account."""
    parser.addoption(
        "--target",
        choices=("local", "aws"),
        default="local",
        help="where the end-to-end test deploys: local AWS, or the account of your credentials",
    )
    parser.addoption(
        "--environment",
        default="local",
        metavar="NAME",
        help="the environment it deploys, a file in environments/",
    )
