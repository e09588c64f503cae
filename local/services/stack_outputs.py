"""Reads outputs of other stacks as AWS documents it: of those that there are, in their Region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.services.internals import module

_FUNCTION: Final = "Fn::GetStackOutput"
_PARAMETERS: Final = {"StackName", "OutputName", "Region"}


def install() -> None:
    """Look into the Region that a reference names, and take a deleted stack for one that is gone.

    MiniStack ignores the Region and finds the outputs of deleted stacks. A role to read with, which
    is for other accounts, is refused.
    """
    engine, stacks = module("services.cloudformation.engine"), module("services.cloudformation")
    responses = module("core.responses")
    resolve = engine._resolve_refs

    def resolve_in_region(value: Any, *more: Any) -> Any:
        if not isinstance(value, Mapping) or _FUNCTION not in value:
            return resolve(value, *more)
        reference = {name: resolve(each, *more) for name, each in value[_FUNCTION].items()}
        if unknown := reference.keys() - _PARAMETERS:
            raise ValueError(f"local AWS has no {', '.join(sorted(unknown))} of {_FUNCTION}")
        region = reference.get("Region", responses.get_region())
        with responses.request_scope(responses.get_account_id(), region):
            name = reference["StackName"]
            if stacks._stacks.get(name, {}).get("StackStatus") == "DELETE_COMPLETE":
                raise ValueError(f"Stack '{name}' does not exist")
            return resolve({_FUNCTION: reference}, *more)

    # A value that is such a reference as a whole is resolved there, any other in the engine.
    for each in (engine, module("services.cloudformation.stacks")):
        each._resolve_refs = resolve_in_region
