"""What only custom tasks have: a kind of data, a template and functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dataset.messages import shown
from ground_truth.catalogue.data_kinds import CUSTOM_DATA, MANIFEST, DataKind
from ground_truth.catalogue.task_types import CUSTOM, TaskType
from ground_truth.config.input import Input
from ground_truth.config.section import ValidationContext
from ground_truth.config.yaml_file import display_name
from ground_truth.validators import files, names_and_limits
from ground_truth.validators.custom_function import check_handler
from ground_truth.validators.messages import described

if TYPE_CHECKING:
    from ground_truth.templates.custom_template import CustomTemplate


def check_custom(task_type: TaskType | None, what: str) -> None:
    """Check that a task that has something of custom tasks is one, if the task is known."""
    if task_type is not None and task_type is not CUSTOM:
        raise ValueError(
            f"expected {what} for custom tasks only, got it for {described(task_type)}, for"
            " which Ground Truth has its own"
        )


def custom_data_kind(source: Input, data: str | None) -> DataKind:
    """Return what a custom task is about."""
    return MANIFEST if source.manifest or data is None else CUSTOM_DATA[data]


def check_function(place: str, context: ValidationContext) -> str:
    """Check the ARN of a custom function, or the folder that becomes one."""
    if place.startswith("arn:"):
        return names_and_limits.of_region(names_and_limits.function_arn(place), context.region)
    folder = files.below(context.root, place)
    file = folder / "handler.py"
    if not file.is_file():
        raise ValueError(
            "expected the ARN of a function, or a folder with a handler.py, got"
            f" {shown(place)}, and there is no {display_name(file)}"
        )
    files.check_folder(context.root, folder)
    check_handler(Path(display_name(folder)))
    return place


def parsed_template(
    root: Path, place: str, source: Input, data: str | None, *, is_prepared: bool
) -> CustomTemplate:
    """Parse the template at a place below `root`; raises ValueError with all that is wrong in it.

    A function that prepares the data may give the template any names.
    """
    # The Liquid parser is slow to import, and most environments have no template of their own.
    from ground_truth.templates.custom_template import custom_template

    names = None if is_prepared else source.names_in_manifest(custom_data_kind(source, data))
    return custom_template(Path(display_name(files.below(root, place))), names=names)
