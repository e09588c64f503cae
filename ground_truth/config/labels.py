"""Labels, their attributes and instructions in the environment file."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from ground_truth.config.fields import Text
from ground_truth.config.section import Section
from ground_truth.templates.instructions import Instructions
from ground_truth.templates.label_categories import Attribute, Label
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits

_Instruction: TypeAlias = Annotated[Text, AfterValidator(names_and_limits.instructions)]


class AttributePart(Section):
    """What workers say of an object or a frame beside its label."""

    #: What it is called in the labels.
    name: Text
    #: The question that workers see.
    description: Text | None = None
    #: What workers choose one of; without them and without numbers they write.
    choices: tuple[Text, ...] = ()
    #: The lowest number that workers may give.
    minimum: int | None = None
    #: The highest number that workers may give.
    maximum: int | None = None
    #: Whether nobody may leave it out.
    required: bool = False

    def attribute(self, *, editable: bool = True) -> Attribute:
        """Return it as the constructs take it."""
        return Attribute(**self.model_dump(), editable=editable)


def _attribute(value: AttributePart) -> AttributePart:
    label_validators.attribute(value.attribute())
    return value


Attributes: TypeAlias = tuple[Annotated[AttributePart, AfterValidator(_attribute)], ...]


class LabelPart(Section):
    """A label category: its name, or a mapping with more."""

    #: What workers see and labels say.
    name: str
    #: What stands at the marked words of a text, for named entities.
    short_name: Text | None = None
    #: What is asked of objects with this label only.
    attributes: Attributes = ()

    def label(self, *, editable: bool = True) -> Label:
        """Return it as the constructs take it."""
        return Label(
            name=self.name,
            short_name=self.short_name,
            attributes=tuple(each.attribute(editable=editable) for each in self.attributes),
        )


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Labels: TypeAlias = tuple[
    Annotated[LabelPart, BeforeValidator(_named, json_schema_input_type=str | LabelPart)], ...
]


class InstructionsPart(Section):
    """What workers are told, as Markdown."""

    #: Beside each task.
    short: _Instruction
    #: Behind a button.
    full: _Instruction | None = None
    #: A label that is right.
    good_example: _Instruction | None = None
    #: A label that is wrong.
    bad_example: _Instruction | None = None

    @property
    def instructions(self) -> Instructions:
        """They as the constructs take them."""
        return Instructions(**self.model_dump())
