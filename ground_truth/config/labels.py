"""Labels, their attributes and instructions."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, model_validator

from ground_truth.config.effects import Effect
from ground_truth.config.fields import Text
from ground_truth.config.section import Section
from ground_truth.templates.instructions import html_of
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits

_Instruction: TypeAlias = Annotated[Text, AfterValidator(names_and_limits.instructions)]


class Attribute(Section):
    """What workers say of an object or a frame beside its label."""

    #: What it is called in the labels.
    name: Annotated[Text, Effect("new run")]
    #: The question that workers see.
    description: Annotated[Text | None, Effect("new run")] = None
    #: What workers choose one of; without them and without numbers they write.
    choices: Annotated[tuple[Text, ...], Effect("new run")] = ()
    #: The lowest number that workers may give.
    minimum: Annotated[int | None, Effect("new run")] = None
    #: The highest number that workers may give.
    maximum: Annotated[int | None, Effect("new run")] = None
    #: Whether nobody may leave it out.
    required: Annotated[bool, Effect("new run")] = False

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        label_validators.attribute(self)
        return self


Attributes: TypeAlias = tuple[Attribute, ...]


class Label(Section):
    """A label category: its name, or a mapping with more."""

    #: What workers see and labels say.
    name: Annotated[str, Effect("new run")]
    #: What stands at the marked words of a text, for named entities.
    short_name: Annotated[Text | None, Effect("new run")] = None
    #: What is asked of objects with this label only.
    attributes: Annotated[Attributes, Effect("new run")] = ()


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Labels: TypeAlias = tuple[
    Annotated[Label, BeforeValidator(_named, json_schema_input_type=str | Label)], ...
]


class Instructions(Section):
    """What workers are told, as Markdown."""

    #: Beside each task.
    short: Annotated[_Instruction, Effect("new run")]
    #: Behind a button.
    full: Annotated[_Instruction | None, Effect("new run")] = None
    #: A label that is right.
    good_example: Annotated[_Instruction | None, Effect("new run")] = None
    #: A label that is wrong.
    bad_example: Annotated[_Instruction | None, Effect("new run")] = None

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
