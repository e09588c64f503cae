"""The smallest CDK app, for comparison: one empty stack."""

from __future__ import annotations

import aws_cdk as cdk

app = cdk.App()
cdk.Stack(app, "Empty")
app.synth()
