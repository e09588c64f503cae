"""An environment is the same in every Region, but for the Region's own names and accounts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import botocore.session
import pytest

from cli.doctor.bootstrap import NEEDED
from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Environment, load_all
from stacks.environment_stage import EnvironmentStage
from tests.environments import FILES
from tests.infra.synthesis import feature_flags

_REGIONS: Final = [name for name, region in REGIONS.items() if region.partition == "aws"]
_BASE: Final = "us-east-1"
_NAME: Final = re.compile(r"\b(?:ap|ca|eu|us)-[a-z]+-\d\b")
#: A function of Ground Truth's own.
_FUNCTION: Final = re.compile(r"arn:aws:lambda:[a-z0-9-]+:(\d{12}):function:(?:PRE|ACS)-\w+")
#: Environment and stack → the template as text.
_Templates = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], _Templates]:
    """Give a function that synthesises all environments of the tests in a Region."""

    @cache
    def synthesised(region: str) -> _Templates:
        folder = tmp_path_factory.mktemp(region)
        app = cdk.App(context=feature_flags(), outdir=str(folder / "assembly"))
        for environment in _moved(folder / "environments", region):
            EnvironmentStage(app, environment)
        app.synth()
        return {
            (file.parent.name.removeprefix("assembly-"), file.name.split(".")[0][-40:]): (
                file.read_text(encoding="utf-8")
            )
            for file in sorted((folder / "assembly").glob("assembly-*/*.template.json"))
        }

    return synthesised


def _moved(folder: Path, region: str) -> list[Environment]:
    """Return the environments of the tests as their files are in another Region."""
    folder.mkdir()
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        (folder / file.name).write_text(_NAME.sub(region, text), encoding="utf-8")
    return load_all(folder)


def _documented() -> set[str]:
    """Return the ARNs of Ground Truth's functions that botocore documents."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    found: set[str] = set()
    for shape, member in (
        ("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        ("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    ):
        structure: Any = model.shape_for(shape)
        found |= {
            match[0] for match in _FUNCTION.finditer(structure.members[member].documentation)
        }
    return found


@pytest.mark.parametrize("region", _REGIONS)
def test_every_environment_synthesises_with_the_names_of_its_region_alone(
    templates: Callable[[str], _Templates], region: str
) -> None:
    named = {name for text in templates(region).values() for name in _NAME.findall(text)}

    assert len({environment for environment, _ in templates(region)}) == len(FILES)
    assert named == {region}


@pytest.mark.parametrize("region", _REGIONS)
def test_ground_truth_s_functions_are_those_that_botocore_documents_for_the_region(
    templates: Callable[[str], _Templates], region: str
) -> None:
    arns = {
        match[0] for text in templates(region).values() for match in _FUNCTION.finditer(text)
    }

    assert len(arns) > 20
    assert arns - _documented() == set()


@pytest.mark.parametrize("region", _REGIONS)
def test_nothing_but_names_and_accounts_differs_from_region_to_region(
    templates: Callable[[str], _Templates], region: str
) -> None:
    def of(name: str) -> _Templates:
        account = REGIONS[name].function_account
        return {
            place: text.replace(name, "<region>").replace(account, "<account>")
            for place, text in templates(name).items()
        }

    assert of(region) == of(_BASE)
