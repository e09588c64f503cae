"""Whatever a test of people does, nothing that anybody may read has somebody's address."""

from collections.abc import Iterator

import pytest

from tests.unit.workforce.workforce_aws import SENDER
from workforce.names import without_addresses


@pytest.fixture(autouse=True)
def _nobody_is_logged_by_address(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level("DEBUG", logger="custom_resource"):
        yield
    for when in ("setup", "call"):
        for record in caplog.get_records(when):
            if record.name == "custom_resource":
                # Who sends the mails is no worker.
                said = record.getMessage().replace(SENDER, "")
                assert said == without_addresses(said, {})
