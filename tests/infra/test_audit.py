"""cdk-nag's AwsSolutions finds nothing but what the reviewed list names."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from app import findings
from constructs.ground_truth.regions import REGIONS
from stacks.acknowledgements import acknowledgements
from stacks.config import Environment, load
from stacks.config.environment_file import environment_files
from stacks.environment import EnvironmentStage
from tests.infra.synthesis import ROOT, Synthesis, feature_flags

_ENVIRONMENTS = [path.stem for path in environment_files(ROOT / "environments")]


@pytest.mark.parametrize("name", _ENVIRONMENTS)
def test_no_finding_is_left(synthesise: Callable[[Environment], Synthesis], name: str) -> None:
    synthesis = synthesise(load(ROOT / "environments" / f"{name}.yaml"))

    assert synthesis.findings == []


@pytest.mark.parametrize(
    "file", ["environments/local.yaml", "tests/data/environments/catalogue.yaml"]
)
def test_the_list_names_just_what_would_be_found(tmp_path: Path, file: str) -> None:
    environment = load(ROOT / file)
    app = cdk.App(context=feature_flags(), outdir=str(tmp_path))
    stage = EnvironmentStage(app, environment)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()

    listed = {
        (f"{environment.name}/{entry.construct}/Resource", entry.finding)
        for entry in acknowledgements(stage, environment)
    }
    found = {tuple(line.split(": ", 1)) for line in findings(tmp_path)}
    assert {(path, rule.rsplit(": ", 1)[0]) for path, rule in found} == listed


def test_every_acknowledgement_has_a_reason() -> None:
    environment = load(ROOT / "environments" / "local.yaml")
    stage = EnvironmentStage(cdk.App(context=feature_flags()), environment)

    for entry in acknowledgements(stage, environment):
        assert len(entry.reason) > 40, entry.finding


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_no_finding_is_left_in_any_region(
    synthesise: Callable[[Environment], Synthesis], tmp_path: Path, region: str
) -> None:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "there.yaml"
    text = (ROOT / "environments" / "local.yaml").read_text()
    file.write_text(text.replace("region: us-east-1", f"region: {region}"))

    assert synthesise(load(file)).findings == []
