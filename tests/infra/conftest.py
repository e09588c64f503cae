"""Synthesises each environment once: jsii starts slowly."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from app import build_app, findings
from ground_truth.config import Environment
from tests.environments import shipped
from tests.infra.synthesis import Synthesis, feature_flags


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Environment], Synthesis]:
    """Give a function that synthesises an environment with the app's own flags and checks."""

    def synthesise(environment: Environment) -> Synthesis:
        folder = tmp_path_factory.mktemp(environment.name)
        app = build_app(cdk.App(context=feature_flags(), outdir=str(folder)), [environment])
        app.synth()
        stage = app.node.find_child(environment.name)
        return Synthesis(
            templates={
                child.node.id: assertions.Template.from_stack(child)
                for child in stage.node.children
                if isinstance(child, cdk.Stack)
            },
            findings=findings(folder),
        )

    return synthesise


@pytest.fixture(scope="session")
def local(synthesise: Callable[[Environment], Synthesis]) -> Synthesis:
    return synthesise(shipped("local"))


@pytest.fixture(scope="session")
def prod(synthesise: Callable[[Environment], Synthesis]) -> Synthesis:
    return synthesise(shipped("prod"))
