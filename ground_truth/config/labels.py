"""Labels, their attributes and instructions."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, model_validator

from ground_truth.config.fields import Text
from ground_truth.config.section import Section
from ground_truth.templates.instructions import html_of
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits

_Instruction: TypeAlias = Annotated[Text, AfterValidator(names_and_limits.instructions)]


class Attribute(Section):
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

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        label_validators.attribute(self)
        return self


Attributes: TypeAlias = tuple[Attribute, ...]


class Label(Section):
    """A label category: its name, or a mapping with more."""

    #: What workers see and labels say.
    name: str
    #: What stands at the marked words of a text, for named entities.
    short_name: Text | None = None
    #: What is asked of objects with this label only.
    attributes: Attributes = ()


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Labels: TypeAlias = tuple[
    Annotated[Label, BeforeValidator(_named, json_schema_input_type=str | Label)], ...
]


class Instructions(Section):
    """What workers are told, as Markdown."""

    #: Beside each task.
    short: _Instruction
    #: Behind a button.
    full: _Instruction | None = None
    #: A label that is right.
    good_example: _Instruction | None = None
    #: A label that is wrong.
    bad_example: _Instruction | None = None

    def short_html(self) -> str:
        """Return the short instructions with the examples; ValueError as in `html_of`."""
        return self._with_examples(self.short)

    def full_html(self) -> str:
        """Return the full instructions, or else the short ones, with the examples."""
        return self._with_examples(self.full or self.short)

    def _with_examples(self, markdown: str) -> str:
        html = [html_of(markdown)]
        for heading, example in (
            ("Good example", self.good_example),
            ("Bad example", self.bad_example),
        ):
            if example is not None:
                html += [f"<h3>{heading}</h3>", html_of(example)]
        return "\n".join(html)
