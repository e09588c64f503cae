"""Gives numbers and booleans back to a label file, because CloudFormation makes strings of them.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from custom_resource.errors import CustomResourceError

_NUMBERS: Final = ("minimum", "maximum")
_BOOLEANS: Final = {"true": True, "false": False}


def label_file(value: Any, where: str = "ResourceProperties.Files.LabelCategories") -> Any:
    """Return the label file with the scalars that Ground Truth asks for; `where` leads to it.

    Only attributes have members of these names, and their values are never texts. Raises
    CustomResourceError for what is no number or boolean but should be one.
    """
    if isinstance(value, list):
        return [label_file(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    return {name: _member(name, member, f"{where}.{name}") for name, member in value.items()}


def _member(name: str, value: Any, where: str) -> Any:
    if name in _NUMBERS:
        if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            raise CustomResourceError(f"expected an integer, got {value!r} in {where}")
        return int(str(value))
    if name == "isRequired":
        found = _BOOLEANS.get(str(value).lower())
        if found is None:
            raise CustomResourceError(f"expected true or false, got {value!r} in {where}")
        return found
    return label_file(value, where)
