"""Follows what templates refer to, and shows it by the names that people gave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment

#: Stack and logical id of a resource.
Id = tuple[str, str]

#: Stands in a property for what will have another value after the deployment.
_NEW: Final = "Plan::New"
_IN_TEXT: Final = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class References:
    """The references between the resources of an environment, also from stack to stack."""

    def __init__(self, environment: AssembledEnvironment) -> None:
        self._stacks = environment.stacks
        self._by_name = {stack.name: stack for stack in environment.stacks.values()}
        self._exports = {
            output["Export"]["Name"]: (stack.key, output["Value"])
            for stack in environment.stacks.values()
            for output in stack.template.get("Outputs", {}).values()
            if isinstance(output.get("Export", {}).get("Name"), str)
        }

    def of(self, value: Any, stack: str) -> Iterator[Id]:
        """Yield the resources that a value in a template of `stack` refers to."""
        if isinstance(value, list):
            for item in value:
                yield from self.of(item, stack)
        if not isinstance(value, Mapping):
            return
        for name, content in value.items():
            if name == "Ref":
                yield from self._known(stack, content)
            elif name == "Fn::GetAtt":
                yield from self._known(stack, _attribute(content)[0])
            elif (target := self._elsewhere(value)) is not None:
                yield from self.of(target[1], target[0])
            elif name == "Fn::Sub":
                text = content if isinstance(content, str) else content[0]
                for found in _IN_TEXT.findall(text):
                    yield from self._known(stack, found.partition(".")[0])
                yield from self.of(content, stack)
            else:
                yield from self.of(content, stack)

    def with_new(self, value: Any, stack: str, replaced: frozenset[Id]) -> Any:
        """Return the value with a mark at each reference to what is replaced."""
        if isinstance(value, list):
            return [self.with_new(item, stack, replaced) for item in value]
        if not isinstance(value, Mapping):
            return value
        if is_function(value) and replaced.intersection(self.of(value, stack)):
            (name,) = value
            if name in ("Ref", "Fn::GetAtt", "Fn::Sub") or self._elsewhere(value) is not None:
                return {_NEW: value}
        return {key: self.with_new(item, stack, replaced) for key, item in value.items()}

    def shown(self, value: Any, stack: str) -> Any:
        """Return the value with references as `<construct>`, for a person to read."""
        if isinstance(value, list):
            return [self.shown(item, stack) for item in value]
        if not isinstance(value, Mapping):
            return value
        if not is_function(value):
            return {key: self.shown(item, stack) for key, item in value.items()}
        ((name, content),) = value.items()
        if name == _NEW:
            return self.shown(content, stack)
        if name == "Ref":
            return f"<{self._name(stack, content)}>"
        if name == "Fn::GetAtt":
            resource, attribute = _attribute(content)
            return f"<{self._name(stack, resource)}.{attribute}>"
        if name == "Fn::Join":
            separator, parts = content
            return separator.join(self.text(part, stack) for part in parts)
        if name == "Fn::Sub" and isinstance(content, str):
            return _IN_TEXT.sub(lambda found: self._in_text(stack, found[1]), content)
        if (target := self._elsewhere(value)) is not None:
            return self.shown(target[1], target[0])
        return f"<{name} {self.text(content, stack)}>"

    def text(self, value: Any, stack: str) -> str:
        """Return the value on one line."""
        readable = self.shown(value, stack)
        return readable if isinstance(readable, str) else json.dumps(readable, ensure_ascii=False)

    def _in_text(self, stack: str, found: str) -> str:
        resource, dot, attribute = found.partition(".")
        return f"<{self._name(stack, resource)}{dot}{attribute}>"

    def _known(self, stack: str, logical_id: Any) -> Iterator[Id]:
        if logical_id in self._stacks[stack].resources:
            yield stack, logical_id

    def _name(self, stack: str, logical_id: str) -> str:
        resource = self._stacks[stack].resources.get(logical_id)
        return resource.path if resource else logical_id

    def _elsewhere(self, value: Mapping[str, Any]) -> tuple[str, Any] | None:
        """Return the stack that a reference to another stack leads to, and the value there."""
        if len(value) != 1:
            return None
        ((name, content),) = value.items()
        if name == "Fn::GetStackOutput":
            stack = self._by_name.get(content["StackName"])
            output = stack.template.get("Outputs", {}).get(content["OutputName"]) if stack else None
            return (stack.key, output["Value"]) if stack and output else None
        if name == "Fn::ImportValue" and isinstance(content, str):
            return self._exports.get(content)
        return None


def is_new(value: Any) -> bool:
    """Say whether something in the value will be another after the deployment."""
    if isinstance(value, list):
        return any(is_new(item) for item in value)
    if isinstance(value, Mapping):
        return _NEW in value or any(is_new(item) for item in value.values())
    return False


def is_function(value: Mapping[str, Any]) -> bool:
    """Say whether a mapping is one of CloudFormation's functions, and not data."""
    if len(value) != 1:
        return False
    (name,) = value
    return name in ("Ref", _NEW) or name.startswith("Fn::")


def _attribute(content: str | list[str]) -> tuple[str, str]:
    if isinstance(content, str):
        resource, _, attribute = content.partition(".")
        return resource, attribute
    return content[0], ".".join(content[1:])
