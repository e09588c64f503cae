"""An environment is the same in every Region, but for the Region's own names and accounts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import botocore.session
import pytest

from cli.doctor import bootstrap
from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Environment, load_all
from stacks.environment_stage import EnvironmentStage
from tests.environments import FILES
from tests.infra.synthesis import ROOT, feature_flags

_REGIONS: Final = [name for name, region in REGIONS.items() if region.partition == "aws"]
_BASE: Final = "us-east-1"
_NAME: Final = re.compile(r"(?<![a-z])(?:ap|ca|eu|us)-[a-z]+-\d(?!\d)")
#: A function of Ground Truth's own.
_FUNCTION: Final = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:(?:PRE|ACS)-\w+")
#: Stands for a pool's settings, among which is the ARN of its sender of mails.
_DIGEST: Final = re.compile(r'(?<="PoolSettings": ")[0-9a-f]{16}(?=")')

each_region = pytest.mark.parametrize("region", _REGIONS)
#: Returns the assembly of all environments of the tests in a Region.
Synthesise = Callable[[str], Path]


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    @cache
    def synthesise(region: str) -> Path:
        folder = tmp_path_factory.mktemp(region)
        app = cdk.App(context=feature_flags(), outdir=str(folder / "assembly"))
        for environment in _moved(folder / "environments", region):
            EnvironmentStage(app, environment)
        app.synth()
        return folder / "assembly"

    return synthesise


def _moved(folder: Path, region: str) -> list[Environment]:
    """Return the environments of the tests as their files are in another Region."""
    folder.mkdir()
    # What a file names lies in its repository.
    shutil.copytree(ROOT / "samples", folder.parent / "samples")
    shutil.copy(ROOT / "cdk.json", folder.parent)
    for file in FILES:
        text = _NAME.sub(region, file.read_text(encoding="utf-8"))
        # Its folder is another one, too.
        text = text.replace("../../samples", "samples")
        (folder / file.name).write_text(text, encoding="utf-8")
    return load_all(folder)


@cache
def _templates(assembly: Path) -> dict[str, str]:
    """Return all templates as text, by their places."""
    return {
        str(file.relative_to(assembly)): file.read_text(encoding="utf-8")
        for file in assembly.glob("assembly-*/*.template.json")
    }


@cache
def _documented() -> frozenset[str]:
    """Return the ARNs of Ground Truth's functions that botocore documents."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    found: set[str] = set()
    for shape, member in (
        ("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        ("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    ):
        structure: Any = model.shape_for(shape)
        found.update(_FUNCTION.findall(structure.members[member].documentation))
    return frozenset(found)


@each_region
def test_every_environment_synthesises_with_the_names_of_its_region_alone(
    synthesised: Synthesise, region: str
) -> None:
    templates = _templates(synthesised(region))

    assert len(templates) == 3 * len(FILES)
    assert {name for text in templates.values() for name in _NAME.findall(text)} == {region}


@each_region
def test_ground_truth_s_functions_are_those_that_botocore_documents_for_the_region(
    synthesised: Synthesise, region: str
) -> None:
    templates = _templates(synthesised(region))
    arns = {arn for text in templates.values() for arn in _FUNCTION.findall(text)}

    assert len(arns) > 20
    assert arns - _documented() == set()


@each_region
def test_nothing_but_names_and_accounts_differs_from_region_to_region(
    synthesised: Synthesise, region: str
) -> None:
    def plain(name: str) -> dict[str, str]:
        account = REGIONS[name].function_account
        return {
            place: _DIGEST.sub("<digest>", text.replace(name, "<r>").replace(account, "<a>"))
            for place, text in _templates(synthesised(name)).items()
        }

    assert plain(region) == plain(_BASE)


def test_the_environments_of_the_tests_stand_in_at_least_three_regions() -> None:
    regions = {name for file in FILES for name in _NAME.findall(file.read_text(encoding="utf-8"))}

    assert len(regions) >= 3


def test_the_doctor_asks_for_the_bootstrap_that_the_templates_need(synthesised: Synthesise) -> None:
    needed = {
        artifact["properties"]["requiresBootstrapStackVersion"]
        for file in synthesised(_BASE).glob("assembly-*/manifest.json")
        for artifact in json.loads(file.read_text(encoding="utf-8"))["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    assert needed == {bootstrap.NEEDED}
