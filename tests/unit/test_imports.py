"""Who may import whom: arrows run down only, as `docs/architecture.md` draws the folders."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

_ROOT: Final = Path(__file__).parents[2]
_GROUND_TRUTH: Final = tuple(
    f"local.ground_truth.{name}" for name in ("answers", "cloud", "errors")
)
_CATALOGUE: Final = ("dataset", "ground_truth.durations")
_RULES: Final = (*_CATALOGUE, "ground_truth.catalogue")
#: Package or module → what of ours its files may import beside itself. The longest name counts.
#: Tests may import everything.
_OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "app": ("audit", "ground_truth", "stacks"),
    "cli": (
        *("app", "audit", "benchmarks", "constructs.ground_truth", "custom_resource", "dataset"),
        *("docs", "ground_truth", "local", "samples", "stacks"),
        # Sees accounts, and invites people, as the function does.
        *("workforce.accounts", "workforce.clients", "workforce.groups", "workforce.invitations"),
        *("workforce.event", "workforce.names", "workforce.workers"),
        # A plan is decided by the code that will act.
        "labeling_job.identity",
    ),
    "audit": ("dataset", "ground_truth", "stacks"),
    "bootstrap": (),
    "stacks": ("constructs.ground_truth", "dataset", "ground_truth"),
    "constructs.ground_truth": ("dataset", "ground_truth"),
    "ground_truth": (),
    "ground_truth.config": (*_RULES, "ground_truth.templates", "ground_truth.validators"),
    "ground_truth.templates": (*_RULES, "ground_truth.validators"),
    "ground_truth.validators": (*_RULES, "ground_truth.templates"),
    "ground_truth.catalogue": _CATALOGUE,
    "benchmarks": ("dataset", "local"),
    "docs": ("ground_truth",),
    # Runs before there is anything else.
    "installation": (),
    "samples": (),
    # The programs of local AWS: they start all of it, or play the people who use it.
    "local": ("local",),
    "local.gate": ("local.replies",),
    "local.ground_truth": (),
    "local.ground_truth.answers": ("local.ground_truth.cloud",),
    "local.ground_truth.api": _GROUND_TRUTH,
    "local.ground_truth.portal": (*_GROUND_TRUTH, "local.ground_truth.api", "local.replies"),
    "local.ground_truth.cloud": (),
    "local.ground_truth.errors": (),
    "local.services": (
        *("local.ground_truth.api", "local.ground_truth.cloud", "local.ground_truth.errors"),
        *("local.gate", "local.mailbox", "local.replies"),
    ),
    "local.mailbox": ("local.replies",),
    "local.replies": (),
    "labeling_job": ("custom_resource", "dataset"),
    "workforce": ("custom_resource", "dataset"),
    "custom_resource": (),
    "dataset": (),
}
_AWS: Final = ("boto3", "botocore")
#: What runs on AWS has the standard library and these, and no package besides.
_DEPLOYED: Final[Mapping[str, tuple[str, ...]]] = {
    "samples": _AWS,
    "labeling_job": _AWS,
    "workforce": _AWS,
    "custom_resource": (*_AWS, "urllib3"),
    # Read at synthesis too, which must not wait for an SDK: inside functions only.
    "dataset": (),
}
_IN_FUNCTIONS: Final[Mapping[str, tuple[str, ...]]] = {"dataset": _AWS}
#: What imports by other names than those that are written, or runs what nobody has read here.
_HIDING: Final = ("importlib", "pkgutil", "runpy")
#: What is read at synthesis says plainly what it needs; and reading a file takes no second for an
#: SDK, and starts neither Node nor another process.
_NEVER: Final[Mapping[str, tuple[str, ...]]] = {
    "ground_truth": (
        *(*_AWS, "aws_cdk", "cdk_nag", "constructs", "jsii"),
        *(*_HIDING, "multiprocessing", "subprocess"),
    ),
    "constructs.ground_truth": _HIDING,
    "stacks": _HIDING,
    "labeling_job": _HIDING,
    "workforce": _HIDING,
    "custom_resource": _HIDING,
    "dataset": _HIDING,
}
#: What the type checker alone may look up to: rules and templates take the types of the file.
_FOR_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "ground_truth.templates": ("ground_truth.config.labels",),
    "ground_truth.validators": ("ground_truth.config.labels",),
}
#: Importing module, imported → why. One that is not needed any more fails.
_EXCEPTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("benchmarks.manifest_ours", "labeling_job"): "measures the function's own code",
}


class _Import(NamedTuple):
    line: int
    name: str
    #: Not when the module is loaded.
    is_in_function: bool
    is_for_types: bool


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the modules that have rules, with their files."""
    for top in sorted(root.iterdir()):
        if top.name.startswith(".") or top.name in ("cdk.out", "node_modules", "tests"):
            continue
        for path in [top] if top.suffix == ".py" else sorted(top.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            parts = parts[1:] if parts[0] == "lambda" else parts
            yield ".".join(parts).removesuffix(".__init__"), path


def _imports(path: Path, module: str) -> Iterator[_Import]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def visit(node: ast.AST, *, in_function: bool, for_types: bool) -> Iterator[_Import]:
        for name in _names(node, package):
            assert isinstance(node, ast.stmt | ast.expr)
            yield _Import(node.lineno, name, in_function, for_types)
        guarded = node.body if isinstance(node, ast.If) and _is_guard(node.test) else []
        for child in ast.iter_child_nodes(node):
            yield from visit(
                child,
                in_function=in_function or child in _later(node),
                for_types=for_types or child in guarded,
            )

    yield from visit(ast.parse(path.read_text()), in_function=False, for_types=False)


def _names(node: ast.AST, package: str) -> Iterator[str]:
    """Yield what a statement or call imports, with the names that it takes from modules."""
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{source}.{each.name}" for each in node.names)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in ("import_module", "__import__", "resolve_name", "run_module"):
            yield _beginning(node)


def _later(node: ast.AST) -> list[ast.AST]:
    """Return what of a function runs when it is called; its defaults and decorators run before."""
    if isinstance(node, ast.Lambda):
        return [node.body]
    return list(node.body) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []


def _beginning(call: ast.Call) -> str:
    """Return the name that a call imports, as far as it is written there, else a question mark."""
    text: ast.expr | None = next(
        iter([*call.args, *(each.value for each in call.keywords if each.arg == "name")]), None
    )
    if isinstance(text, ast.JoinedStr):
        # Whole words only: of `bo{three}` nobody knows what it will be.
        known = text.values[0] if text.values else None
        written = str(known.value) if isinstance(known, ast.Constant) else ""
        name = written.rpartition(".")[0]
    else:
        name = str(text.value) if isinstance(text, ast.Constant) else ""
    return "?" if not name or name.startswith(".") else name


def _is_guard(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _home(name: str) -> str | None:
    return max((each for each in _OURS if _is_in(name, each)), key=len, default=None)


def _is_allowed(module: str, home: str, found: _Import) -> bool:
    if (to := _home(found.name)) is not None:
        allowed_here = (*_OURS[home], *(_FOR_TYPES.get(home, ()) if found.is_for_types else ()))
        return to == home or any(_is_in(found.name, each) for each in allowed_here)
    top = found.name.partition(".")[0]
    if top in ("?", "tests") or any(
        top in names for package, names in _NEVER.items() if _is_in(module, package)
    ):
        return False
    allowed = _DEPLOYED.get(home)
    if allowed is None or top in sys.stdlib_module_names or top in allowed:
        return True
    if found.is_for_types:
        return top in _AWS or top.startswith("types_boto3_")
    return found.is_in_function and top in _IN_FUNCTIONS.get(home, ())


def _problems(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield importing module, what it imports, and the sentence on it."""
    for module, path in _sources(root):
        home = _home(module)
        place = path.relative_to(root)
        if home is None:
            yield module, "", f"{place}: expected a rule of what it may import, got none"
            continue
        for found in _imports(path, module):
            if not _is_allowed(module, home, found):
                yield module, found.name, f"{place}:{found.line}: must not import {found.name}"


def _exception(module: str, name: str) -> tuple[str, str] | None:
    return next((each for each in _EXCEPTIONS if each[0] == module and _is_in(name, each[1])), None)


def test_every_file_imports_only_what_it_may() -> None:
    found = [
        sentence for module, name, sentence in _problems(_ROOT) if not _exception(module, name)
    ]

    assert found == []


def test_every_exception_is_needed() -> None:
    needed = {_exception(module, name) for module, name, _ in _problems(_ROOT)}

    assert set(_EXCEPTIONS) - needed == set()


def test_every_rule_is_about_something_that_is_there() -> None:
    modules = [module for module, _ in _sources(_ROOT)]
    named = {*_OURS, *_DEPLOYED, *_NEVER, *(each for names in _OURS.values() for each in names)}

    assert [name for name in named if not any(_is_in(each, name) for each in modules)] == []


_REFUSED = [
    # Up, or past the code that only a function has.
    ("app.py", "import cli.plan"),
    ("audit/report.py", "from app import build_app"),
    ("audit/report.py", "from constructs.ground_truth.data import labeling_data"),
    ("stacks/jobs.py", "from audit.reviewed import acknowledge"),
    ("stacks/jobs.py", "from cli import plan"),
    ("stacks/jobs.py", "from labeling_job.identity import Owner"),
    ("constructs/ground_truth/data/labeling_data.py", "from stacks.jobs import job"),
    ("constructs/ground_truth/data/labeling_data.py", "import custom_resource.errors"),
    ("ground_truth/config/job.py", "from stacks import jobs"),
    ("ground_truth/config/job.py", "from constructs import ground_truth"),
    ("ground_truth/config/job.py", "import labeling_job.identity"),
    ("docs/task_types.py", "import constructs.ground_truth"),
    ("benchmarks/manifest.py", "from labeling_job import identity"),
    ("cli/plan/changes.py", "from labeling_job import resource"),
    ("cli/plan/changes.py", "from labeling_job import *"),
    # Inside of the ground floor, for types too.
    ("ground_truth/durations.py", "from ground_truth.catalogue.regions import REGIONS"),
    ("ground_truth/catalogue/regions.py", "from ground_truth.validators import labels"),
    ("ground_truth/catalogue/regions.py", "from ..templates import instructions"),
    ("ground_truth/validators/labels.py", "from ground_truth.config import Environment"),
    (
        "ground_truth/templates/instructions.py",
        "import typing\nif typing.TYPE_CHECKING:\n    from ground_truth.config import Job",
    ),
    # CDK and SDK where files are read.
    ("ground_truth/config/job.py", "def check():\n    import aws_cdk"),
    ("ground_truth/config/job.py", "from constructs import Construct"),
    ("ground_truth/catalogue/prices.py", "import boto3"),
    # Functions: one of another, packages that are not there, what only types need.
    ("lambda/labeling_job/handler.py", "from workforce.accounts import Account"),
    ("lambda/workforce/handler.py", "from labeling_job.identity import Owner"),
    ("ground_truth/validators/labels.py", "from ground_truth.config.labels import Label"),
    ("lambda/workforce/handler.py", "from ground_truth.durations import seconds_in"),
    ("lambda/workforce/handler.py", "import yaml"),
    ("lambda/workforce/handler.py", "from types_boto3_cognito_idp import Client"),
    ("lambda/custom_resource/errors.py", "from workforce import handler"),
    ("lambda/custom_resource/errors.py", "import dataset.layout"),
    ("lambda/dataset/layout.py", "from custom_resource.errors import code_of"),
    ("lambda/dataset/layout.py", "import boto3"),
    ("lambda/dataset/layout.py", "from botocore.exceptions import ClientError"),
    ("lambda/dataset/layout.py", "def read():\n    import pydantic"),
    ("samples/receipts/functions/receipt/handler.py", "import dataset.layout"),
    # Local AWS on both sides.
    ("local/aws.py", "from ground_truth.config import load"),
    ("local/aws.py", "from dataset.layout import run_of"),
    ("local/services/iam.py", "import importlib\nimportlib.import_module('labeling_job.handler')"),
    # Up or out inside local AWS.
    ("local/ground_truth/answers/boxes.py", "from local.ground_truth.api.state import Call"),
    ("local/ground_truth/api/state.py", "from local.ground_truth.portal import desk"),
    ("local/ground_truth/cloud.py", "import local.ground_truth.errors"),
    ("local/services/sns.py", "from local.worker import Worker"),
    ("local/services/sns.py", "def run():\n    from local.ground_truth.answers import png"),
    ("local/ground_truth/another/file.py", "from local.services import iam"),
    ("stacks/jobs.py", "from local.aws import start"),
    ("constructs/ground_truth/data/labeling_data.py", "import local"),
    ("lambda/labeling_job/handler.py", "import local.server"),
    ("ground_truth/config/job.py", "import local.server"),
    ("ground_truth/config/job.py", "from importlib import import_module as load\nload('boto3')"),
    ("ground_truth/config/job.py", "import subprocess"),
    ("stacks/jobs.py", "import runpy"),
    ("lambda/dataset/layout.py", "def read(sdk=__import__('boto3')):\n    ..."),
    # Nobody knows what, and what only tests have.
    ("cli/plan/changes.py", "import importlib\nimportlib.import_module('..job', 'stacks.x')"),
    ("cli/plan/changes.py", "import importlib\nimportlib.import_module(f'bo{1}')"),
    ("cli/plan/changes.py", "import importlib\nimportlib.import_module(package='stacks')"),
    ("cli/plan/changes.py", "import importlib, sys\nimportlib.import_module(sys.argv[1])"),
    ("cli/plan/changes.py", "from tests.infra import golden"),
    # A folder that is not known here.
    ("portal/pages.py", ""),
]
_ALLOWED = [
    ("lambda/dataset/layout.py", "def read(later=lambda: __import__('boto3')):\n    ..."),
    (
        "ground_truth/validators/labels.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from ground_truth.config.labels import Label",
    ),
    ("app.py", "from audit.reviewed import acknowledge"),
    ("cli/plan/changes.py", "from labeling_job.identity import Owner"),
    ("cli/plan/changes.py", "from labeling_job import identity"),
    ("cli/commands/demo.py", "import local.demo, rich, boto3"),
    ("audit/report.py", "import aws_cdk\nfrom stacks import environment_stage"),
    (
        "stacks/jobs.py",
        "from constructs import Construct\nfrom constructs.ground_truth import data",
    ),
    ("constructs/ground_truth/data/labeling_data.py", "from dataset.layout import LABELS_FOLDER"),
    ("ground_truth/config/job.py", "from ground_truth.templates import instructions\nimport yaml"),
    ("ground_truth/validators/labels.py", "from ..catalogue.regions import REGIONS"),
    ("ground_truth/catalogue/__init__.py", "from .regions import REGIONS"),
    ("benchmarks/deployment.py", "import local.aws, dataset.layout, boto3"),
    ("lambda/workforce/handler.py", "from custom_resource import errors\nimport botocore.config"),
    (
        "lambda/workforce/handler.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import types_boto3_sns.client",
    ),
    ("lambda/dataset/layout.py", "import json\ndef read():\n    import boto3, botocore.config"),
    ("local/services/iam.py", "import importlib\nimportlib.import_module(f'ministack.{1}')"),
    ("tests/unit/test_any.py", "import labeling_job.handler, local.aws"),
]


@pytest.mark.parametrize(
    ("file", "source", "number"),
    [*((*each, 1) for each in _REFUSED), *((*each, 0) for each in _ALLOWED)],
)
def test_an_import_is_refused_where_no_arrow_runs(
    tmp_path: Path, file: str, source: str, number: int
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)

    assert len(list(_problems(tmp_path))) == number
