"""Gives numbers and booleans back to a request, because CloudFormation makes strings of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from custom_resource.errors import CustomResourceError

if TYPE_CHECKING:
    from botocore.model import Shape

_BOOLEANS: Final = {"true": True, "false": False}


def coerce(value: Any, shape: Shape, where: str) -> Any:
    """Return `value` with the scalars that AWS's own model of the operation asks for.

    Members that the model does not know stay as they are: botocore refuses them by name. Raises
    CustomResourceError for what is no number or boolean but should be one; `where` leads to it.
    """
    return _COERCIONS.get(shape.type_name, _unchanged)(value, shape, where)


def _structure(value: Any, shape: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise CustomResourceError(f"expected a map, got {value!r} in {where}")
    members: Mapping[str, Shape] = shape.members
    return {
        name: coerce(member, members[name], f"{where}.{name}") if name in members else member
        for name, member in value.items()
    }


def _list(value: Any, shape: Any, where: str) -> Any:
    if not isinstance(value, list):
        raise CustomResourceError(f"expected a list, got {value!r} in {where}")
    return [coerce(member, shape.member, f"{where}[{i}]") for i, member in enumerate(value)]


def _map(value: Any, shape: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise CustomResourceError(f"expected a map, got {value!r} in {where}")
    return {name: coerce(member, shape.value, f"{where}.{name}") for name, member in value.items()}


def _integer(value: Any, _shape: Any, where: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
        raise CustomResourceError(f"expected an integer, got {value!r} in {where}")
    return int(str(value))


def _float(value: Any, _shape: Any, where: str) -> float:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)):
        raise CustomResourceError(f"expected a number, got {value!r} in {where}")
    return float(str(value))


def _boolean(value: Any, _shape: Any, where: str) -> bool:
    found = _BOOLEANS.get(str(value).lower())
    if found is None:
        raise CustomResourceError(f"expected true or false, got {value!r} in {where}")
    return found


def _unchanged(value: Any, _shape: Any, _where: str) -> Any:
    return value


_COERCIONS: Final[Mapping[str, Callable[[Any, Any, str], Any]]] = {
    "boolean": _boolean,
    "double": _float,
    "float": _float,
    "integer": _integer,
    "list": _list,
    "long": _integer,
    "map": _map,
    "structure": _structure,
}
