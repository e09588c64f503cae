"""What the app checks by itself, at every synthesis, finds nothing in the environments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Environment, load
from ground_truth.config.yaml_file import environment_files
from tests.environments import SHIPPED, shipped
from tests.infra.synthesis import Synthesis


@pytest.mark.parametrize("name", [file.stem for file in environment_files(SHIPPED)])
def test_the_app_itself_finds_nothing(
    synthesise: Callable[[Environment], Synthesis], name: str
) -> None:
    synthesis = synthesise(shipped(name))

    assert synthesis.findings == []


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_the_app_itself_finds_nothing_in_any_region(
    synthesise: Callable[[Environment], Synthesis], tmp_path: Path, region: str
) -> None:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "there.yaml"
    text = (SHIPPED / "local.yaml").read_text()
    file.write_text(text.replace("region: us-east-1", f"region: {region}"))

    assert synthesise(load(file)).findings == []
