"""What bootstrap/permissions.yaml leaves open, by AWS's resource schemas and our templates."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ground_truth.catalogue.regions import REGIONS
from tests.infra.synthesis import ROOT

PERMISSIONS: Final[Mapping[str, Any]] = yaml.safe_load(
    (ROOT / "bootstrap" / "permissions.yaml").read_text(encoding="utf-8")
)
#: What is in `types` without a schema.
OF_NO_SCHEMA: Final = ("every stack", "custom")
#: What the schema of a type calls the handlers' part, and what stands beside it.
_TAGGING: Final = "tagging"

#: A type's resources: the properties of each.
Templates = Mapping[str, list[Mapping[str, Any]]]
Schema = Mapping[str, Any]


@cache
def templates() -> Templates:
    """Return the resources of all fixture environments, whose templates the snapshots are."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted((ROOT / "tests" / "data" / "snapshots").rglob("*.yaml")):
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # safe
        for resource in content["Resources"].values():
            found.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
    return found


@cache
def schemas(type_: str) -> tuple[Schema, ...]:
    """Return what AWS publishes of a resource type, where it differs in Regions all of it.

    Read as the files that cfn-lint brings: to import it takes a second.
    """
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data" / "schemas"
    versions = {_versions(folder / "providers" / f"{region}.json").get(type_) for region in REGIONS}
    return tuple(
        json.loads((folder / "resources" / f"{version}.json").read_text(encoding="utf-8"))
        for version in sorted(filter(None, versions))
    )


@cache
def _versions(file: Path) -> Mapping[str, str]:
    # Two Regions that the product knows are AWS's own, of which nothing is published.
    versions: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return versions


def declared(schema: Schema) -> dict[str, set[str]]:
    """Return which of a type's handlers call each action; `tagging` is for those of no handler."""
    found: dict[str, set[str]] = {}
    for handler, entry in schema.get("handlers", {}).items():
        for action in entry.get("permissions", ()):
            found.setdefault(action, set()).add(handler)
    for action in schema.get(_TAGGING, {}).get("permissions", ()):
        found.setdefault(action, {_TAGGING})
    return found


def problems(type_: str, entry: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    """Yield where an entry differs from what AWS declares for the type."""
    unneeded = set(PERMISSIONS["left out"])
    allowed: dict[str, set[str]] = {}
    for actions in entry["actions"].values():
        # An action may be allowed on one scope for one handler and on another for the next.
        for action, handlers in actions.items():
            allowed.setdefault(action, set()).update(handlers.split())
    left = {action for group in entry.get("left out", ()) for action in group["actions"]}
    expected = {action: calls - unneeded for action, calls in declared(schema).items()}
    for action, handlers in expected.items():
        if handlers and action not in allowed and action not in left:
            yield f"{type_}: {action} is declared for {_listed(handlers)}, and stands nowhere"
        if action in allowed and allowed[action] != handlers:
            yield (
                f"{type_}: {action} is declared for {_listed(handlers)}, and stands with"
                f" {_listed(allowed[action])}"
            )
    for action in sorted(allowed.keys() & left):
        yield f"{type_}: {action} is allowed and left out"
    for action in sorted((allowed.keys() | left) - {name for name in expected if expected[name]}):
        yield f"{type_}: {action} is not declared any more"


def used(
    type_: str, entry: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield the properties that templates have although their actions are left out."""
    resources = list(resources)
    for group in entry.get("left out", ()):
        for path in group.get("for", ()):
            if any(_has(properties, path.split(".")) for properties in resources):
                yield f"{type_}: {path} is used, and {', '.join(group['actions'])} left out"


def _has(value: Any, steps: list[str]) -> bool:
    if not steps:
        return True
    if isinstance(value, list):
        return any(_has(each, steps) for each in value)
    first, *rest = steps
    return isinstance(value, Mapping) and first in value and _has(value[first], rest)


def _listed(handlers: set[str]) -> str:
    return ", ".join(sorted(handlers))
