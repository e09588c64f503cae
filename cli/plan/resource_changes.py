"""A plan's lines: what becomes of each job, team, bucket …, in the domain's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from cli.plan import kinds
from cli.plan.changes import Action as ResourceAction
from cli.plan.changes import Change
from cli.plan.counts import Count, Counts
from cli.plan.job_changes import job_changes
from cli.plan.property_words import leaves, words_of
from cli.plan.references import References, is_new
from cli.plan.tags import tag_changes
from ground_truth.catalogue.prices import Price, price, task_of

Action = Literal[
    "created",
    "changed in place",
    "new run",
    "stopped",
    "replaced",
    "deleted",
    "refused by AWS",
    "left behind",
    "left on the old one",
]
_ACTIONS: Final[Mapping[ResourceAction, Action]] = {
    "create": "created",
    "change": "changed in place",
    "replace": "replaced",
    "delete": "deleted",
    "refuse": "refused by AWS",
    "leave": "left behind",
    "miss": "left on the old one",
}
_LONGEST: Final = 80
#: Properties that hold tags.
_TAGS: Final = ("Tags", "UserPoolTags")


@dataclass(frozen=True, kw_only=True)
class Objects:
    """How many data objects a run has."""

    number: int
    #: Whether it can't have more; else it has what was counted, and what was added since.
    is_limit: bool

    def __str__(self) -> str:
        number = f"{self.number:,} {'object' if self.number == 1 else 'objects'}"
        return f"at most {number}" if self.is_limit else f"{number} as counted"


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """A line of a plan."""

    action: Action
    #: Such as `job`.
    kind: str
    #: What people call it, such as `even-odd`.
    name: str
    #: Its construct below the environment.
    path: str
    type: str
    #: What of it changes.
    changes: tuple[str, ...] = ()
    #: What follows.
    effects: tuple[str, ...] = ()
    #: Data objects of a new run; None where nobody knows.
    objects: Objects | None = None
    price: Price | None = None


def resource_change(
    change: Change,
    environment: str,
    references: References,
    counts: Counts,
) -> ResourceChange:
    """Return the line of a change; `references` are those of the templates that `change` is in."""
    resource = change.resource
    name = kinds.name(resource, environment, references)
    is_job = resource.type == "Custom::LabelingJob"
    texts: list[str] = []
    if change.before and change.after:
        texts = (
            job_changes(change.old, change.new, references, resource.stack)
            if is_job
            else _property_changes(change, references)
        )
    found = ResourceChange(
        action=_ACTIONS[change.action],
        kind=kinds.kind(resource),
        name=name,
        path=resource.path,
        type=resource.type,
        changes=tuple(texts),
        effects=tuple(_effects(change)),
    )
    return _of_job(found, change, counts.of(environment, name)) if is_job else found


def stops_a_job(change: Change) -> bool:
    """Say whether a running job may be stopped by the change of its resource.

    A removed job is stopped if what is deployed says so; a new run replaces the running one if
    the new file says so.
    """
    if change.resource.type != "Custom::LabelingJob":
        return False
    if change.action == "delete":
        return _flag(change.old, "StopOnDelete")
    return change.action == "replace" and change.new.get("OnChange") == "replace"


def _of_job(found: ResourceChange, change: Change, count: Count | None) -> ResourceChange:
    """Return what a job's change means for its runs."""
    if found.action == "deleted":
        return replace(found, action="stopped", effects=tuple(_end(change, count)))
    if found.action not in ("created", "replaced"):
        return found
    is_known = change.before is not None and change.old.get("Input") == change.new.get("Input")
    objects = _objects(change, count if is_known else None)
    effects = [_run(change, objects)]
    if change.before is not None:
        effects += _end_of_run(change, count)
    return replace(
        found,
        action="created" if change.before is None else "new run",
        effects=tuple(effects),
        objects=objects,
        price=None if objects is None else price(objects.number, task_of(change.new)),
    )


def _objects(change: Change, count: Count | None) -> Objects | None:
    """Return how many objects a run has, as far as the file or a count says it."""
    given = change.new.get("Input", {})
    limits = [int(given[name]) for name in ("Sample", "Limit") if name in given]
    limit = min(limits, default=None)
    if count is None or _is_relabeled(change) is not None:
        # Of a count nobody knows how many earlier runs have left out of it.
        return None if limit is None else Objects(number=limit, is_limit=True)
    if limit is not None and limit <= count.unlabeled:
        return Objects(number=limit, is_limit=True)
    return Objects(number=count.unlabeled, is_limit=False)


def _is_relabeled(change: Change) -> str | None:
    """Say why a new run labels everything again; None if it doesn't."""
    if change.before is None:
        return None
    if _flag(change.new, "Relabel"):
        return "`relabel: true`"
    if _attribute(change.old) != _attribute(change.new):
        return f"nothing has a label under {_attribute(change.new)!r} yet"
    return None


def _run(change: Change, objects: Objects | None) -> str:
    number = "" if objects is None else f", {objects}"
    if (why := _is_relabeled(change)) is not None:
        return f"new run over all that the input has, again ({why}){number}"
    if change.before is None:
        return f"starts over what is not labeled yet{number}"
    return f"new run over what is not labeled yet{number}"


def _end_of_run(change: Change, count: Count | None) -> list[str]:
    if change.new.get("OnChange") == "fail":
        return ["refused while the current run is at work (`on_change: fail`)"]
    return [f"the running one is stopped{_progress(count)}; its labels are kept"]


def _end(change: Change, count: Count | None) -> list[str]:
    if not _flag(change.old, "StopOnDelete"):
        return ["can't be removed while it runs (`stop_on_delete: false`)"]
    return [f"a running job is stopped{_progress(count)}; its labels are kept"]


def _progress(count: Count | None) -> str:
    if count is None or count.labeled is None or not count.objects:
        return ""
    part = 100 * count.labeled // count.objects
    return f" at {part} % ({count.labeled:,} of {count.objects:,} objects)"


def _attribute(properties: Mapping[str, Any]) -> Any:
    return properties.get("Request", {}).get("LabelAttributeName")


def _flag(properties: Mapping[str, Any], name: str) -> bool:
    return str(properties.get(name, False)).lower() == "true"


def _effects(change: Change) -> list[str]:
    resource = change.resource
    if change.action == "refuse":
        fixed = ", ".join(change.fixed)
        return [f"the deployment fails: {fixed} can't be changed on what there is"]
    if change.action == "leave":
        return ["the stack is described no more: what is there goes on, and nobody looks after it"]
    if change.action == "miss":
        return ["nothing deploys its stack, whose template stays the same: see docs/plan.md"]
    if change.action == "replace":
        stays = "the old one is kept" if change.is_kept else "the old one is deleted"
        return [f"{', '.join(change.fixed)} can't be changed: a new one is made, {stays}"]
    if change.action == "delete" and resource.type in kinds.GUARDED and change.is_kept:
        return ["it is kept in the account, outside of the stack"]
    return []


def _property_changes(change: Change, references: References) -> list[str]:
    """Return what changes of a resource: values where they are short, else their names."""
    texts: list[str] = []
    stack = change.resource.stack
    for path, old, new in _differences(change):
        name = words_of(change.resource.type, path) or ".".join(path)
        if path[0] in _TAGS:
            texts += tag_changes(old, new)
        elif is_new(new):
            texts.append(f"{name}: refers to what is replaced")
        else:
            texts.append(_property(name, old, new, references, stack))
    before, after = change.before, change.after
    if before and after and before.deletion_policy != after.deletion_policy:
        texts.append(f"when deleted: {before.deletion_policy} → {after.deletion_policy}")
    if before and after and before.replace_policy != after.replace_policy:
        texts.append(f"when replaced: {before.replace_policy} → {after.replace_policy}")
    return texts


def _differences(change: Change) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield what differs: our own resources have words for what is deep in their properties."""
    is_ours = change.resource.type.startswith("Custom::")
    for name in dict.fromkeys([*change.old, *change.new]):
        old, new = change.old.get(name), change.new.get(name)
        if is_ours and name not in _TAGS:
            yield from leaves(old, new, (name,))
        elif old != new:
            yield (name,), old, new


def _property(name: str, old: Any, new: Any, references: References, stack: str) -> str:
    if any(isinstance(each, list | dict) for each in (old, new)):
        return name
    before, after = (references.text(each, stack) for each in (old, new))
    if len(before) + len(after) > _LONGEST:
        return name
    return f"{name} {before} → {after}" if old is not None else f"{name}: {after}"
