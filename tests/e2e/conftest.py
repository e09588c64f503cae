"""One local AWS for all tests that try what a deployment of jobs makes of its circumstances."""

from collections.abc import Iterator

import pytest

from tests.e2e.target import Prepared, local_target
from tests.environments import shipped


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Give a local AWS with data and people, but without jobs and data objects."""
    with local_target(tmp_path_factory.mktemp("prepared"), shipped("local")) as target:
        yield Prepared(target=target, outputs=target.cdk.deploy("Data", "Workforce"))
