"""Every command in the documents is run, or held against what it names.

`make`, `npx cdk list`, `npx cdk synth` and `ground-truth validate` run here, over the environments
as they are shipped; what `make demo` does, and the commands that deploy, run for the local
environment in tests/e2e. Of commands that need an account this looks at what they name: verbs,
stacks, options, outputs, operations and paths. A command that no rule knows is a fault.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore import xform_name
from typer.testing import CliRunner

from cli.command import VERBS, app
from ground_truth.config import load_all
from tests.assembly import synthesise
from tests.environments import SHIPPED

#: Words of `ground-truth workers`.
_PEOPLE = {"import", "remind"}
_ROOT = Path(__file__).parents[2]
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"<([^>]+)>")


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """What `npx cdk list` and `npx cdk synth` have said and made."""

    #: Names as CDK takes them, such as `dev/Data`, to CloudFormation's.
    stacks: Mapping[str, str]
    outputs: frozenset[str]
    #: The cloud assembly.
    folder: Path


def _commands() -> list[str]:
    found = [
        line.strip()
        for page in _PAGES
        for block in _BLOCK.findall(page.read_text(encoding="utf-8"))
        # A backslash at its end joins a line with the next one.
        for line in re.sub(r" *\\\n *", " ", block).splitlines()
    ]
    return list(dict.fromkeys(found))


def _run(command: str, *more: str) -> str:
    """Run a command without credentials, with the project's own programs, and return its output."""
    own = [str(_ROOT / ".venv" / "bin"), str(_ROOT / "node_modules" / ".bin")]
    variables = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    result = subprocess.run(  # noqa: S603
        [*shlex.split(command), *more],
        cwd=_ROOT,
        env=variables | {"PATH": os.pathsep.join([*own, os.environ["PATH"]])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    folder = synthesise(load_all(SHIPPED), tmp_path_factory.mktemp("documented"))
    listed = _run("npx cdk list", "--no-notices", f"--app={folder}")
    _run("npx cdk synth --quiet", "--no-notices", f"--app={folder}")
    templates = folder.rglob("*.template.json")
    return Synthesised(
        stacks=dict(re.findall(r"^(\S+) \((\S+)\)$", listed, re.MULTILINE)),
        outputs=frozenset(
            name for path in templates for name in json.loads(path.read_text()).get("Outputs", {})
        ),
        folder=folder,
    )


def test_the_pipeline_deploys_an_assembly_as_it_is_made(synthesised: Synthesised) -> None:
    assert _run(f"node installation/assembly.mjs {synthesised.folder}") == ""


def _make(words: list[str], __: Synthesised) -> None:
    _, *rest = words
    verbs = [word for word in rest if "=" not in word]
    help_text = _run("make")

    _run("make --dry-run", *rest)

    assert [verb for verb in verbs if f"make {verb} " not in help_text] == []


def _ground_truth(words: list[str], synthesised: Synthesised) -> None:
    _, *rest = words
    if rest == ["validate"]:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            shutil.copytree(SHIPPED, "environments")
            Path("cdk.json").touch()
            assert CliRunner().invoke(app, rest).exit_code == 0
    verb, names, options = "", [], []
    for word in rest:
        if word.startswith("-") and word != "-":
            options.append(word)
        elif not verb:
            verb = word
        elif not options:
            names.append(word)
    shown = CliRunner().invoke(app, [*([verb] if verb else []), "--help"]).stdout

    assert verb in ("", *VERBS)
    assert [option for option in options if not re.search(rf"{option}\b", shown)] == []
    environments = {name.partition("/")[0] for name in synthesised.stacks}
    if _PEOPLE & {*names[1:]}:
        # What follows is a file of the user's, or somebody's address.
        names = names[:1]
    assert verb == "new" or set(names) <= environments


def _cdk(words: list[str], synthesised: Synthesised) -> None:
    _, _, verb, *rest = words
    options = [word.partition("=")[0] for word in rest if word.startswith("-")]
    contexts = [rest[at + 1] for at, word in enumerate(rest) if word == "-c"]
    stacks = [word for word in rest if word[0] not in "-<" and word not in contexts]
    known = _cdk_help(verb) if options else ""

    assert re.search(rf"^  cdk {verb}\b", _cdk_help(""), re.MULTILINE)
    assert [option for option in options if not re.search(rf"{option}\b", known)] == []
    named = {name for word in rest for name in _NAMED.findall(word)}
    assert named <= _yaml("bootstrap/policies.yaml")["Outputs"].keys()
    for pattern in stacks:
        assert any(fnmatchcase(name, pattern) for name in synthesised.stacks), pattern
    for context in contexts:
        name = context.removeprefix("environment=")
        assert (SHIPPED / f"{name}.yaml").is_file()


@cache
def _cdk_help(verb: str) -> str:
    return _run(f"npx cdk {verb} --help")


def _aws_s3(words: list[str], synthesised: Synthesised) -> None:
    _, _, verb, source, target, *options = words

    assert verb in ("cp", "sync")
    assert set(options) <= {"--recursive"}
    if not source.startswith(("s3://", "<")):
        assert (_ROOT / source).exists()
    assert set(_NAMED.findall(f"{source} {target}")) <= synthesised.outputs


def _yaml(path: str) -> Any:
    return yaml.load((_ROOT / path).read_text(), Loader=yaml.BaseLoader)  # noqa: S506  # all as text


def _aws_deploy(words: list[str], _: Synthesised) -> None:
    options = dict(zip(words[3::2], words[4::2], strict=True))
    template = _yaml(options["--template-file"])

    assert options.keys() <= {
        "--capabilities",
        "--parameter-overrides",
        "--region",
        "--stack-name",
        "--template-file",
    }
    assert options["--parameter-overrides"].partition("=")[0] in template["Parameters"]


def _aws(words: list[str], synthesised: Synthesised) -> None:
    _, service, operation, *rest = words
    model = botocore.session.get_session().get_service_model(service)
    (name,) = [each for each in model.operation_names if xform_name(each, "-") == operation]
    shape = model.operation_model(name).input_shape
    assert shape is not None
    members = {"--query", "--region", *(f"--{xform_name(member, '-')}" for member in shape.members)}
    # A truth value is an option of its own, and so is its contrary.
    members |= {
        f"--no-{xform_name(member, '-')}"
        for member, of in shape.members.items()
        if of.type_name == "boolean"
    }

    assert {word for word in rest if word.startswith("--")} <= members
    if "--stack-name" in rest:
        assert rest[rest.index("--stack-name") + 1] in synthesised.stacks.values()


def _pytest(words: list[str], _: Synthesised) -> None:
    paths = [word for word in words[3:] if not word.startswith("-")]
    known = _run("python -m pytest --help")

    assert all((_ROOT / path).exists() for path in paths)
    assert [word for word in words[3:] if word.startswith("-") and word not in known] == []


def _copy(words: list[str], _: Synthesised) -> None:
    source, target = (Path(word) for word in words[1:])

    assert (SHIPPED / source.name).is_file()
    assert not (SHIPPED / target.name).exists()
    assert {source.parent, target.parent} == {Path("environments")}


def _activate(words: list[str], _: Synthesised) -> None:
    assert (_ROOT / words[1]).is_file()


#: What looks at a command, by how the command begins; the first that fits.
_RULES: Mapping[str, Callable[[list[str], Synthesised], None]] = {
    "make": _make,
    "ground-truth ": _ground_truth,
    ".venv/bin/ground-truth ": _ground_truth,
    "npx cdk ": _cdk,
    "aws s3 ": _aws_s3,
    "aws cloudformation deploy ": _aws_deploy,
    "aws ": _aws,
    "python -m pytest ": _pytest,
    "cp ": _copy,
    ". ": _activate,
}


@pytest.mark.parametrize("command", _commands())
def test_a_documented_command_is_right(command: str, synthesised: Synthesised) -> None:
    rule = next((rule for start, rule in _RULES.items() if command.startswith(start)), None)

    assert rule is not None, "no rule looks at this command; add one"
    rule(shlex.split(command, comments=True), synthesised)


@pytest.mark.parametrize(
    "command",
    [
        "make demmo",
        "ground-truth deplo dev",
        "ground-truth deploy nowhere",
        "ground-truth plan --bas origin/main",
        ".venv/bin/ground-truth valdate",
        "npx cdk deplo 'dev/*'",
        "npx cdk deploy 'dve/*'",
        "npx cdk deploy 'dev/*' --forse",
        "npx cdk diff -c environment=nowhere",
        "aws s3 cp samples/odd-even s3://<InputBucketName>/ --recursive",
        "aws s3 cp samples/even-odd s3://<InBucketName>/ --recursive",
        "aws sagemaker stop-labeling-job --job-name x",
        "aws sagemaker stop-label-job --labeling-job-name x",
        "aws cloudformation delete-stack --stack-name dev-Labelling",
        "python -m pytest tests/infra/test_nothing.py",
        "cp environments/test.yaml environments/stage.yaml",
        ". .venv/bin/acivate",
    ],
)
def test_a_wrong_command_would_be_found(command: str, synthesised: Synthesised) -> None:
    rule = next(rule for start, rule in _RULES.items() if command.startswith(start))

    with pytest.raises((AssertionError, ValueError)):
        rule(shlex.split(command), synthesised)
