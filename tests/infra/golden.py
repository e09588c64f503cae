"""Golden files: what a job of the environment file becomes, as a person reviews it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

_HASH = re.compile(r"[0-9A-F]{8}")


def readable(value: Any) -> Any:
    """Return a template's value with references as `<what they name>`, without hashes."""
    if isinstance(value, list):
        return [readable(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        if name == "Ref":
            return f"<{_plain(content)}>"
        if name == "Fn::GetAtt":
            return f"<{_plain('.'.join(content))}>"
        if name == "Fn::GetStackOutput":
            return f"<{_of_another_stack(content['OutputName'])}>"
        if name == "Fn::ImportValue":
            return f"<{content}>"
        if name == "Fn::Join":
            separator, parts = content
            return separator.join(str(readable(part)) for part in parts)
    return {key: readable(item) for key, item in value.items()}


def text(value: Any) -> str:
    """Return a value as YAML in which a text of many lines stands as it is."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, indent=2
    )


def _of_another_stack(output: str) -> str:
    name = _plain(output).removeprefix("PublishOutput")
    if name.startswith("FnGetAtt"):
        return f"{name.removeprefix('FnGetAtt').removesuffix('Arn')}.Arn"
    return name.removeprefix("Ref")


def _plain(name: str) -> str:
    return _HASH.sub("", name)


class _Dumper(yaml.SafeDumper):
    """Writes texts of many lines as blocks."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
