"""`ground-truth drift`: finds what somebody has changed by hand."""

from __future__ import annotations

from cli.aws.cdk import run_cdk
from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, verb


@verb("ground-truth drift dev", "ground-truth drift dev --json")
def drift(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Fail if somebody has changed by hand what is deployed.

    CDK lists what differs. It needs credentials that may read everything.
    """
    name = read_environment(environment).name
    status = run_cdk("drift", name, "--fail", as_json=as_json)
    end(
        {"environment": name},
        lambda _: None,
        as_json=as_json,
        status=status,
        error="something differs, or CDK has failed; its own words are on standard error"
        if status
        else None,
    )
