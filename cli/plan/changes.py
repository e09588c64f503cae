"""What CloudFormation will do to each resource of an environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cli.plan.assembly import AssembledEnvironment, Resource, Stack
from cli.plan.create_only import changed_create_only, changed_refused
from cli.plan.references import Id, References
from labeling_job.identity import Owner, physical_id

#: `refuse`: AWS takes no such update, so that the deployment fails.
#: `leave`: its stack is described no more, and no deployment touches it.
#: `miss`: its stack stays as it is, so that it goes on with what is replaced in another one.
Action = Literal["create", "change", "replace", "delete", "refuse", "leave", "miss"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of one resource, and why."""

    action: Action
    before: Resource | None
    after: Resource | None
    #: The properties before, and after with a mark at what follows from replacements.
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    #: The properties that can't be changed in place.
    fixed: tuple[str, ...] = ()

    @property
    def resource(self) -> Resource:
        """The resource as it will be, or as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("expected a change of something, got one of nothing")
        return found

    @property
    def is_kept(self) -> bool:
        """Whether what is taken out of use stays in the account."""
        if self.before is None:
            return True
        if self.action == "delete":
            return self.before.deletion_policy.startswith("Retain")
        policies = [each.replace_policy for each in (self.before, self.after) if each is not None]
        return all(policy.startswith("Retain") for policy in policies)


def same_stack(before: Stack | None, after: Stack | None) -> bool:
    """Say whether a deployment of `after` updates what `before` has made."""
    if before is None or after is None:
        return False
    return (before.name, before.location) == (after.name, after.location)


def is_updated(before: Stack, after: Stack) -> bool:
    """Say whether a deployment updates a stack; what its references lead to is not asked.

    The CDK command skips one whose template and tags are the same (`canSkipDeploy`), and
    CloudFormation takes no update of nothing but the resources' metadata.
    """
    return (before.tags, without_metadata(before)) != (after.tags, without_metadata(after))


def changes(before: AssembledEnvironment, after: AssembledEnvironment) -> list[Change]:
    """Return what becomes of all resources that don't stay as they are."""
    references = References(after)
    pairs = list(_pairs(before, after))
    replaced: set[Id] = set()
    while True:
        found = [_change(old, new, after, references, replaced) for old, new in pairs]
        more = {each.resource.id for each in found if each and each.action == "replace"}
        if more <= replaced:
            break
        replaced |= more
    left = [
        Change(action="leave", before=each, after=None, old=each.properties, new={})
        for key, stack in before.stacks.items()
        if not same_stack(stack, after.stacks.get(key))
        for each in stack.resources.values()
    ]
    missed = _missed(before, after, references, frozenset(replaced))
    return [each for each in found if each is not None] + left + list(missed)


def _pairs(
    before: AssembledEnvironment, after: AssembledEnvironment
) -> list[tuple[Resource | None, Resource | None]]:
    pairs: list[tuple[Resource | None, Resource | None]] = []
    for key, stack in after.stacks.items():
        earlier = before.stacks.get(key)
        if earlier and _is_skipped(earlier, stack):
            continue
        old = earlier.resources if earlier and same_stack(earlier, stack) else {}
        pairs += [(old.get(logical_id), each) for logical_id, each in stack.resources.items()]
        pairs += [
            (each, None) for logical_id, each in old.items() if logical_id not in stack.resources
        ]
    return pairs


def _missed(
    before: AssembledEnvironment,
    after: AssembledEnvironment,
    references: References,
    replaced: frozenset[Id],
) -> Iterator[Change]:
    for key, stack in after.stacks.items():
        earlier = before.stacks.get(key)
        if earlier is None or not _is_skipped(earlier, stack):
            continue
        for logical_id, each in stack.resources.items():
            new = references.with_new(each.properties, key, replaced)
            if new != each.properties:
                yield Change(
                    action="miss",
                    before=earlier.resources[logical_id],
                    after=each,
                    old=each.properties,
                    new=new,
                )


def _is_skipped(before: Stack, after: Stack) -> bool:
    return same_stack(before, after) and not is_updated(before, after)


def without_metadata(stack: Stack) -> Mapping[str, Any]:
    """Return a template without what only tools read of its resources."""
    resources = {
        logical_id: {name: value for name, value in content.items() if name != "Metadata"}
        for logical_id, content in stack.template.get("Resources", {}).items()
    }
    return {**stack.template, "Resources": resources}


def _change(
    before: Resource | None,
    after: Resource | None,
    environment: AssembledEnvironment,
    references: References,
    replaced: set[Id],
) -> Change | None:
    old = before.properties if before else {}
    if after is None:
        return Change(action="delete", before=before, after=after, old=old, new={})
    if before is None:
        return Change(action="create", before=None, after=after, old={}, new=after.properties)
    new = references.with_new(after.properties, after.stack, frozenset(replaced - {after.id}))
    is_same = (old, before.type, before.deletion_policy, before.replace_policy) == (
        new,
        after.type,
        after.deletion_policy,
        after.replace_policy,
    )
    if is_same:
        return None
    action: Action = "change"
    fixed: list[str] = []
    if refused := changed_refused(after.type, old, new):
        action, fixed = "refuse", refused
    elif before.type != after.type:
        action, fixed = "replace", ["Type"]
    elif after.type == "Custom::LabelingJob":
        action = "replace" if is_new_run(before, after, new) else "change"
    else:
        region = environment.stacks[after.stack].region
        fixed = changed_create_only(after.type, region, old, new)
        action = "replace" if fixed else "change"
    return Change(action=action, before=before, after=after, old=old, new=new, fixed=tuple(fixed))


def is_new_run(before: Resource, after: Resource, new: Mapping[str, Any]) -> bool:
    """Say whether a labeling job's content is another, as its own function decides it."""
    owner = Owner(stack_id=after.stack, logical_id=after.logical_id)
    return physical_id(owner, before.properties) != physical_id(owner, new)
