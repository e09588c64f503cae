"""The Regions in which Ground Truth runs, each with the account of its built-in functions."""

from __future__ import annotations

from typing import Final

#: Region → account of the `PRE-` and `ACS-` functions, from botocore's documentation of
#: `HumanTaskConfig.PreHumanTaskLambdaArn`. `AWS::SageMaker::Workteam` deploys in many more
#: Regions, but no labeling job can run there.
FUNCTION_ACCOUNTS: Final[dict[str, str]] = {
    "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483",
    "ap-south-1": "565803892007",
    "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
    "ca-central-1": "918755190332",
    "eu-central-1": "203001061592",
    "eu-west-1": "568282634449",
    "eu-west-2": "487402164563",
    "us-east-1": "432418664414",
    "us-east-2": "266458841044",
    "us-west-2": "081040173940",
}
