"""What a change of a key does to what is deployed, which each field says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

#: `as its keys say` is for sections that are always there.
Kind = Literal[
    "in place",
    "new run",
    "another job",
    "another team",
    "refused",
    "everything anew",
    "as its keys say",
]

#: What happens, by the word for it.
CONSEQUENCES: Final[Mapping[Kind, str]] = {
    "in place": "what is deployed gets the new value; a running job goes on",
    "new run": "a new job starts over what no earlier job of this key has labeled, then the old"
    " one is stopped; what it has labeled stays",
    "another job": "another name is another job, which labels everything; the one of the old name"
    " is stopped",
    "another team": "another name is another team with another group; the one of the old name is"
    " deleted, and its jobs start anew",
    "refused": "the deployment is refused while there are teams: destroy the environment's"
    " `Workforce` first ([workforce.md](workforce.md))",
    "everything anew": "all is deployed anew in the other place; what is deployed now is left"
    " behind, so destroy it first",
}
#: For a key that has no property of its own: what follows from it has other words.
NOWHERE: Final = ""


@dataclass(frozen=True)
class Effect:
    """Stands in `Annotated` at each field of each section."""

    kind: Kind
    #: What a plan calls the key; without it the key's own words.
    words: str = ""
    #: Where the value stands in the custom resource's properties, such as `Request.RoleArn`.
    #: Without it where the section stands, and there under the key's name in `PascalCase`.
    at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of an environment file."""

    #: Such as `jobs.<name>.labels[].name`.
    path: str
    section: type[BaseModel]
    name: str

    @property
    def effect(self) -> Effect:
        """What a change of it does."""
        return effect_of(self.section, self.name)


def effect_of(section: type[BaseModel], name: str) -> Effect:
    """Return what stands at a field; raises TypeError if nothing does."""
    for each in section.model_fields[name].metadata:
        if isinstance(each, Effect):
            return each
    raise TypeError(
        f"expected an Effect in Annotated at {section.__name__}.{name}, which says what a change of"
        " the key does, got none"
    )


def keys(section: type[BaseModel], path: str = "") -> Iterator[Key]:
    """Yield the keys of a section and of those in it, each section where it comes first."""
    seen: set[type[BaseModel]] = set()

    def below(section: type[BaseModel], path: str) -> Iterator[Key]:
        seen.add(section)
        for name, field in section.model_fields.items():
            here = f"{path}.{name}".removeprefix(".")
            yield Key(path=here, section=section, name=name)
            steps, inner = section_in(field.annotation)
            if inner is not None and inner not in seen:
                yield from below(inner, f"{here}{steps}")

    return below(section, path)


def property_words(
    section: type[BaseModel], place: tuple[str, ...] | None = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the places of a section's values in properties, each with the words for it.

    A section in the section has words only where it says some, since its keys have theirs. A list
    is a whole in a plan, whatever its items are.
    """
    for name, field in section.model_fields.items():
        effect = effect_of(section, name)
        if effect.at is not None:
            here = tuple(effect.at.split(".")) if effect.at else None
        else:
            pascal = "".join(word.capitalize() for word in name.split("_"))
            here = None if place is None else (*place, pascal)
        steps, inner = section_in(field.annotation)
        is_section = inner is not None and not steps
        if here is not None and (effect.words or not is_section):
            yield here, effect.words or name.replace("_", " ")
        if inner is not None and is_section:
            yield from property_words(inner, here)


def section_in(kind: Any) -> tuple[str, type[BaseModel] | None]:
    """Return the steps to a section inside a value of a type, and that section."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return section_in(inner[0])
    if origin in (UnionType, Union):
        found = map(section_in, inner)
        return next((each for each in found if each[1] is not None), ("", None))
    if origin is tuple or origin is Mapping:
        steps, section = section_in(inner[0 if origin is tuple else 1])
        return f"{'[]' if origin is tuple else '.<name>'}{steps}", section
    is_section = isinstance(kind, type) and issubclass(kind, BaseModel)
    return "", kind if is_section else None
