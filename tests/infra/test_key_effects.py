"""What a key says of a change of it is what the change does.

Each key is changed in a file; both files are synthesised, and a plan's own rules say what becomes
of the job, team and workforce. What a function refuses, it refuses here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import BaseModel

from cli.plan import kinds
from cli.plan.assembly import AssembledEnvironment
from cli.plan.changes import Change, changes
from cli.plan.counts import Counts
from cli.plan.references import References
from cli.plan.resource_changes import resource_change
from custom_resource.errors import CustomResourceError
from ground_truth.config import Environment, Job, load
from ground_truth.config.effects import keys, property_words
from ground_truth.config.workforce import Oidc
from labeling_job.input_properties import read_input
from tests.infra import contracts
from tests.infra.job_runs import JOB
from tests.infra.key_changes import (
    CREATE,
    OF_ENVIRONMENTS,
    OF_JOBS,
    OWNERS,
    REVIEWED_JOBS,
    KeyChange,
    laid_over,
)
from tests.infra.references import Resolver
from tests.infra.synthesis import ROOT
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import update

_OF_A_JOB: Final = "jobs.<name>."
_TEAM: Final = "AWS::SageMaker::Workteam"
_OIDC: Final = "Custom::OidcWorkforce"
#: What the keys are called that a plan has words for.
_WORDS: Final = {
    JOB: {words for _, words in property_words(Job)},
    _OIDC: {words for _, words in property_words(Oidc, ("Oidc",))},
}
_KEYS: Final = {key.path: key for key in keys(Environment)}
#: Where sections stand.
_PLACES: Final = {path.rpartition(".")[0] for path in _KEYS}
#: What a section says that is always there.
_SECTION: Final = "as its keys say"
#: What stands for a property that nobody has given words.
_PLACE: Final = re.compile(r"(Files|Input|Oidc|Request)\.\w")
#: So many jobs of one file, beside those that are reviewed.
_JOBS: Final = 30


def _kind(path: str) -> str:
    return _KEYS[path].effect.kind


def test_every_key_has_a_change_that_is_tried() -> None:
    tried = {*OF_ENVIRONMENTS, *(f"{_OF_A_JOB}{key}" for key in OF_JOBS)}

    assert [
        f"{path}: write a change of it into tests/infra/key_changes.py"
        for path in _KEYS
        if path not in tried and _kind(path) != _SECTION
    ] == []
    assert tried <= _KEYS.keys()


class Files:
    """Environment files in a folder, with what they name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[Environment, AssembledEnvironment]] = {}
        (folder / "templates").mkdir()
        template = ROOT / "samples" / "receipts" / "templates" / "receipt.html"
        shutil.copy(template, folder / "templates" / "receipt.html")
        text = template.read_text(encoding="utf-8").replace("The receipt", "A receipt")
        (folder / "templates" / "another.html").write_text(text, encoding="utf-8")
        (folder / "environments").mkdir()
        for name, content in OWNERS.items():
            self._write(name, content)

    def made(self, content: Mapping[str, Any]) -> tuple[Environment, AssembledEnvironment]:
        """Return a file and its templates."""
        text = yaml.safe_dump(dict(content), sort_keys=False)
        if text not in self._known:
            file = load(self._write("dev", content))
            number = len(self._known)
            made = contracts.synthesise([file], self._folder / f"{number}.out")
            self._known[text] = file, made["dev"]
        return self._known[text]

    def _write(self, name: str, content: Mapping[str, Any]) -> Path:
        path = self._folder / "environments" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("files"))


def _with_jobs(files: Files, key: str, *, is_new: bool) -> tuple[BaseModel, AssembledEnvironment]:
    """Return the job that a key of jobs is tried with; those of many keys share one file."""
    names = list(OF_JOBS)
    start = names.index(key) // _JOBS * _JOBS
    jobs = {
        _job_key(name): OF_JOBS[name].new if is_new else OF_JOBS[name].old
        for name in names[start : start + _JOBS]
    }
    file, made = files.made(laid_over(CREATE, {"jobs": {**REVIEWED_JOBS, **jobs}}))
    return file.jobs[_job_key(key)], made


def _job_key(key: str) -> str:
    return re.sub(r"[^a-z]+", "-", key)


@pytest.mark.parametrize("key", OF_JOBS)
def test_a_key_of_a_job_does_what_it_says(files: Files, key: str) -> None:
    (old, before), (new, after) = (_with_jobs(files, key, is_new=each) for each in (False, True))
    name = f"dev-{_job_key(key)}"
    found = [
        each
        for each in changes(before, after)
        if each.resource.type == JOB and each.resource.properties["NamePrefix"] == name
    ]

    actions = tuple(each.action for each in found)
    kind = {(): "nothing", ("change",): "in place", ("replace",): "new run"}[actions]

    assert _others(_OF_A_JOB + key, OF_JOBS[key], old, new, "jobs.<name>") == []
    assert kind == _kind(_OF_A_JOB + key)
    assert [each for each in found if not _is_told(_OF_A_JOB + key, each, after)] == []


class _Asked(dict[str, Any]):
    """Properties that remember what they were asked for."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        super().__init__(properties)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_the_function_reads_every_property_of_an_input(files: Files) -> None:
    unread: set[str] = set()
    for key in list(OF_JOBS)[::_JOBS]:
        _, environment = _with_jobs(files, key, is_new=True)
        for resource in environment.resources(JOB):
            properties = _Asked(Resolver(environment).resolve(resource)["Input"])
            if "ManifestUri" in properties:
                properties["ManifestUri"] = "s3://some-bucket/a.manifest"
            read_input(properties)
            unread |= properties.keys() - properties.names

    assert unread == set()


@pytest.mark.parametrize("key", OF_ENVIRONMENTS)
def test_a_key_of_an_environment_does_what_it_says(files: Files, key: str) -> None:
    change = OF_ENVIRONMENTS[key]
    (old, before), (new, after) = files.made(change.old), files.made(change.new)

    kind = _what_is_done(before, after)

    assert _others(key, change, old, new) == []
    assert kind == _kind(key)
    assert [
        each
        for each in changes(before, after)
        if each.resource.type == _OIDC and each.action == "change"
        if key.startswith("workforce.oidc.") and not _is_told(key, each, after)
    ] == []


def _is_told(path: str, change: Change, after: AssembledEnvironment) -> bool:
    """Say whether a plan tells of a change of a key, in the key's words if it has some."""
    line = resource_change(change, "dev", References(after), Counts())
    key = _KEYS[path]
    words = key.effect.words or key.name.replace("_", " ")
    # What is in a list is told with the list.
    if "[]" in path or words not in _WORDS[change.resource.type]:
        return bool(line.changes) and not any(map(_PLACE.match, line.changes))
    return any(text.startswith(words) for text in line.changes)


def _what_is_done(before: AssembledEnvironment, after: AssembledEnvironment) -> str:
    found = changes(before, after)
    done = {(each.resource.type, each.action) for each in found}
    if any(action == "leave" for _, action in done):
        return "everything anew"
    if any(_is_refused(each, before, after) for each in found):
        return "refused"
    if {(_TEAM, "create"), (_TEAM, "delete"), (JOB, "replace")} <= done:
        return "another team"
    if {(JOB, "create"), (JOB, "delete")} <= done:
        return "another job"
    lost = {(kind, action) for kind, action in done if action in ("delete", "refuse", "replace")}
    if lost & {(kind, action) for kind in (JOB, *kinds.GUARDED) for _, action in lost}:
        return f"lost: {lost}"
    return "in place" if found else "nothing"


def _is_refused(change: Change, before: AssembledEnvironment, after: AssembledEnvironment) -> bool:
    """Say whether the function refuses a change while there is a team."""
    kind = change.resource.type
    if kind not in (_OIDC, "Custom::WorkforceCheck"):
        return False
    if change.before is None or change.after is None:
        return False
    old = Resolver(before).resolve(change.before)
    aws = FakePeople(identities={"labeling@example.com": {"VerifiedForSendingStatus": True}})
    aws.add_workforce(old["WorkforceName"], **_sign_in(old, before))
    aws.add_team("dev-readers")
    try:
        update(aws, kind.removeprefix("Custom::"), Resolver(after).resolve(change.after), old)
    except CustomResourceError:
        return True
    return False


def _sign_in(old: Mapping[str, Any], before: AssembledEnvironment) -> dict[str, Any]:
    """Return how people sign in to the workforce that is there."""
    for workforce in before.resources("Custom::OidcWorkforce"):
        return {"OidcConfig": Resolver(before).resolve(workforce)["Oidc"]}
    ids = {"UserPool": old.get("UserPoolId"), "ClientId": old.get("ClientId")}
    return {"CognitoConfig": ids} if all(ids.values()) else {}


def _others(
    key: str, change: KeyChange, old: BaseModel, new: BaseModel, place: str = ""
) -> list[str]:
    """Return what changes beside the key: a change that shows what another key does shows nothing.

    Also says so if the key itself does not change.
    """
    changed = {path for path, _ in set(_values(old, place)) ^ set(_values(new, place))}
    mine = {path for path in changed if path == key or path.startswith((f"{key}.", f"{key}["))}
    also = tuple(each if each in _KEYS else f"{_OF_A_JOB}{each}" for each in change.also)
    others = {path for path in changed - mine if not path.startswith(also or "-")}
    return sorted(others) + ([] if mine else [f"{key} does not change"])


def _values(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield all values of a section by their keys, each with where it stands."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _values(getattr(value, name), f"{place}.{name}".removeprefix("."))
    elif isinstance(value, Mapping) and f"{place}.<name>" in _PLACES:
        for name, each in value.items():
            yield place, name
            yield from _values(each, f"{place}.<name>")
    elif isinstance(value, tuple) and f"{place}[]" in _PLACES:
        for each in value:
            yield from _values(each, f"{place}[]")
    else:
        yield place, repr(value)
