"""The CDK app: one stage per file in `environments/`, checked by cdk-nag."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Final

if __name__ == "__main__":
    for package in ("aws_cdk", "cdk_nag", "pydantic", "yaml"):
        if find_spec(package) is None:
            sys.exit(
                "app.py: run `make setup`, then `. .venv/bin/activate`,"
                f" and try again: {sys.executable} has no {package}"
            )
    # The process ends before collecting pays.
    gc.disable()
    # Node takes a while to load CDK and its checks; Python loads all the rest meanwhile.
    Thread(target=import_module, args=("cdk_nag",)).start()
    import_module("ground_truth.config")

import aws_cdk as cdk

from audit.reviewed import acknowledge
from ground_truth.config import Environment, EnvironmentFileError, load, load_all
from stacks.environment_stage import EnvironmentStage

_ENVIRONMENTS: Final = Path(__file__).parent / "environments"


def build_app(app: cdk.App, environments: Iterable[Environment]) -> cdk.App:
    """Declare the stages of `environments` in `app` and have them checked."""
    from cdk_nag import AwsSolutionsChecks  # loaded last, see above

    for environment in environments:
        acknowledge(EnvironmentStage(app, environment), environment)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def findings(assembly: Path) -> list[str]:
    """Return what the checks found in a cloud assembly, each with its construct."""
    report = json.loads((assembly / "validation-report.json").read_text())
    return [
        f"{construct['constructPath']}: {violation['ruleName']}: {violation['description']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def main() -> None:
    """Synthesise all environments, or with `-c environment=NAME` only that one."""
    app = cdk.App()
    name = app.node.try_get_context("environment")
    try:
        environments = (
            load_all(_ENVIRONMENTS) if name is None else [load(_ENVIRONMENTS / f"{name}.yaml")]
        )
    except EnvironmentFileError as error:
        sys.exit(str(error))
    found = findings(Path(build_app(app, environments).synth().directory))
    if found:
        # CDK itself reports findings to a Python app, but goes on.
        sys.exit("\n".join(["cdk-nag found what audit/findings.yaml does not list:", *found]))


if __name__ == "__main__":
    main()
