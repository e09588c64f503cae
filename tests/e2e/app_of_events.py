"""The app with the environments of a folder, whose stacks say what their functions are asked to do.

python -m tests.e2e.app_of_events FOLDER

Each custom resource is an output too, as the part of an event that comes from its template.
"""

import re
import sys
from pathlib import Path

import aws_cdk as cdk

from constructs.ground_truth.custom_resource_function import CustomResourceFunction
from ground_truth.config import load_all
from stacks.environment_stage import EnvironmentStage


def _tell(resource: cdk.CustomResource) -> None:
    stack, inner = cdk.Stack.of(resource), resource.node.default_child
    if not isinstance(inner, cdk.CfnResource):
        raise TypeError(f"expected {resource.node.path} to have a resource, got {inner!r}")
    event = {
        "ResourceType": inner.cfn_resource_type,
        "LogicalResourceId": inner.logical_id,
        "PhysicalResourceId": inner.ref,
        "ResourceProperties": inner._cfn_properties,
    }
    name = re.sub(r"\W", "", "".join(resource.node.path.split("/")[2:]).title())
    cdk.CfnOutput(stack, f"{name}Event", value=stack.to_json_string(event))


app = cdk.App()
name = app.node.try_get_context("environment")
for environment in load_all(Path(sys.argv[1])):
    if name not in (None, environment.name):
        continue
    for construct in EnvironmentStage(app, environment).node.find_all():
        if isinstance(construct, cdk.CustomResource):
            _tell(construct)
        if isinstance(construct, CustomResourceFunction):
            # What is refused is refused for good here.
            construct.function.add_environment("PROPAGATION_SECONDS", "0")
app.synth()
