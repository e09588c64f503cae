"""One local AWS for all tests that try what a deployment of jobs makes of its circumstances."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.e2e import warm_cdk
from tests.e2e.target import Prepared, local_target
from tests.environments import shipped

#: Any will do. This one has other words for an absent job, refuses more creations in a row than the
#: SDK tries, and takes some seconds only.
_SEED: Final = 524


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Give a local AWS with data and people, but without jobs and data objects.

    It is as unkind as AWS may be.
    """
    folder = tmp_path_factory.mktemp("prepared")
    with local_target(folder, shipped("local"), unkindness=_SEED) as target:
        yield Prepared(target=target, outputs=target.cdk.deploy("Data", "Workforce"))


def pytest_sessionfinish() -> None:
    """End the CDK commands that were kept."""
    warm_cdk.end_all()
