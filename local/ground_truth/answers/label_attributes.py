"""What workers say of an object or a frame beside its label: in the label file and in answers.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.json_values import is_number, is_whole

_MEMBERS: Final = frozenset(
    ["description", "editsAllowed", "enum", "isRequired", "maximum", "minimum", "name", "type"]
)
_MAXIMUM_ATTRIBUTES: Final = 10
_MAXIMUM_FREE_TEXTS: Final = 5
_MAXIMUM_NAME: Final = 16
_MAXIMUM_DESCRIPTION: Final = 128
_MAXIMUM_CHOICES: Final = 10
#: Characters of a worker's own words.
_LABEL_TEXT: Final = 80
_FRAME_TEXT: Final = 1_000
#: What a label file is called in messages.
FILE: Final = "the label category file"
_FRAMES: Final = "frames"


@dataclass(frozen=True, kw_only=True)
class LabelAttribute:
    """An attribute of labels or frames."""

    name: str
    #: What can be chosen; empty for numbers and free texts.
    choices: tuple[str, ...] = ()
    #: The least and the greatest number, inclusive; None for texts.
    bounds: tuple[int, int] | None = None
    #: Characters of a free text.
    longest: int = _LABEL_TEXT
    is_required: bool = False
    #: Whether a verification or adjustment may change it.
    editable: bool = True

    @property
    def is_free_text(self) -> bool:
        """Whether workers write what they like."""
        return self.bounds is None and not self.choices


def read_attributes(
    entries: Any, owner: str, *, among: Sequence[LabelAttribute] = ()
) -> tuple[LabelAttribute, ...]:
    """Read the attributes of `owner` in a label file; ValueError says what is wrong.

    `among`: the attributes of all labels, beside which these stand. `owner` is `frames` for those
    that must have a description.
    """
    if not isinstance(entries, list | tuple):
        raise ValueError(f"{FILE} has a list of attributes for {owner}, got {entries!r}")
    attributes = tuple(_read(entry, owner) for entry in entries)
    together = [*among, *attributes]
    names = [each.name for each in together]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"{FILE} has each attribute of {owner} once, got {', '.join(twice)} more often"
        )
    if len(together) > _MAXIMUM_ATTRIBUTES:
        raise ValueError(
            f"{FILE} has at most {_MAXIMUM_ATTRIBUTES} attributes for {owner}, got {len(together)}"
        )
    free = sum(each.is_free_text for each in together)
    if free > _MAXIMUM_FREE_TEXTS:
        raise ValueError(
            f"{FILE} has at most {_MAXIMUM_FREE_TEXTS} free-text attributes for {owner}, got {free}"
        )
    return attributes


def check_values(values: Any, attributes: Sequence[LabelAttribute], where: str) -> None:
    """Raise ValueError unless `values` are what a worker can say, with all that is required."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{where} has an object with attributes, got {values!r}; send {{}} or one")
    known = {each.name: each for each in attributes}
    for name, value in values.items():
        if name not in known:
            raise ValueError(
                f"{where} has the attributes {', '.join(known) or 'none'}, got {name!r}; leave it"
                " out"
            )
        _check_value(value, known[name], where)
    lacking = [each.name for each in attributes if each.is_required and each.name not in values]
    if lacking:
        raise ValueError(f"{where} must have {', '.join(lacking)}, got none; add it")


def _read(entry: Any, owner: str) -> LabelAttribute:
    if not isinstance(entry, dict):
        raise ValueError(f"{FILE} has objects as attributes of {owner}, got {entry!r}")
    name = entry.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= _MAXIMUM_NAME:
        raise ValueError(
            f"{FILE} has attribute names of 1 to {_MAXIMUM_NAME} characters for {owner}, got"
            f" {name!r}"
        )
    where = f"{FILE} has for the attribute {name!r} of {owner}"
    unknown = sorted(set(entry) - _MEMBERS)
    if unknown:
        raise ValueError(f"{where} only {', '.join(sorted(_MEMBERS))}, got {', '.join(unknown)}")
    if entry.get("editsAllowed", "any") not in ("any", "none"):
        raise ValueError(f"{where} editsAllowed any or none, got {entry['editsAllowed']!r}")
    if not isinstance(entry.get("isRequired", False), bool):
        raise ValueError(f"{where} true or false as isRequired, got {entry['isRequired']!r}")
    description = entry.get("description", "" if owner != _FRAMES else None)
    if not isinstance(description, str) or len(description) > _MAXIMUM_DESCRIPTION:
        raise ValueError(
            f"{where} a description of at most {_MAXIMUM_DESCRIPTION} characters, got"
            f" {description!r}"
        )
    return LabelAttribute(
        name=name,
        choices=_choices(entry, where),
        bounds=_bounds(entry, where),
        longest=_FRAME_TEXT if owner == _FRAMES else _LABEL_TEXT,
        is_required=entry.get("isRequired", False),
        editable=entry.get("editsAllowed", "any") == "any",
    )


def _choices(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    if entry.get("type") not in ("string", "number"):
        raise ValueError(f"{where} the type string or number, got {entry.get('type')!r}")
    if "enum" not in entry:
        return ()
    if entry["type"] != "string":
        raise ValueError(f"{where} an enum with the type string only, got {entry['type']!r}")
    choices = entry["enum"]
    if not isinstance(choices, list) or not 1 <= len(choices) <= _MAXIMUM_CHOICES:
        raise ValueError(f"{where} 1 to {_MAXIMUM_CHOICES} values as enum, got {choices!r}")
    for choice in choices:
        if not isinstance(choice, str) or not 1 <= len(choice) <= _MAXIMUM_NAME:
            raise ValueError(
                f"{where} enum values of 1 to {_MAXIMUM_NAME} characters, got {choice!r}"
            )
    return tuple(choices)


def _bounds(entry: Mapping[str, Any], where: str) -> tuple[int, int] | None:
    given = [entry[name] for name in ("minimum", "maximum") if name in entry]
    if entry["type"] == "string":
        if given:
            raise ValueError(f"{where} minimum and maximum with the type number only, got string")
        return None
    numbers = [each for each in given if is_whole(each)]
    if len(numbers) != 2 or numbers[0] > numbers[1]:  # a least and a greatest
        raise ValueError(
            f"{where} whole numbers as minimum and maximum, the minimum first, got {given!r}"
        )
    return numbers[0], numbers[1]


def _check_value(value: Any, attribute: LabelAttribute, where: str) -> None:
    name = attribute.name
    if attribute.bounds is not None:
        least, most = attribute.bounds
        if not is_number(value) or not least <= value <= most:
            raise ValueError(
                f"{where} has a number from {least} to {most} as {name}, got {value!r}"
            )
        return
    if attribute.choices and value not in attribute.choices:
        raise ValueError(
            f"{where} has one of {', '.join(attribute.choices)} as {name}, got {value!r}"
        )
    if not isinstance(value, str) or len(value) > attribute.longest:
        raise ValueError(
            f"{where} has a text of at most {attribute.longest} characters as {name}, got"
            f" {str(value)[:80]!r}"
        )
