"""The Regions in which Ground Truth runs, each with what is its own there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Region:
    """A Region with Ground Truth."""

    #: Account of the `PRE-` and `ACS-` functions.
    function_account: str
    partition: str = "aws"
    #: Where worker templates load the crowd elements from.
    crowd_elements: str = "https://assets.crowd.aws/crowd-html-elements.js"
    #: Accounts of the ready user interfaces and of automated labeling, None where no public
    #: document names one (botocore: HumanTaskUiArn, LabelingJobAlgorithmSpecificationArn).
    interface_account: str | None = "394669845002"
    algorithm_account: str | None = "027400017018"


#: From botocore's documentation of `HumanTaskConfig.PreHumanTaskLambdaArn`.
#: `AWS::SageMaker::Workteam` deploys in many more Regions, but no labeling job can run there.
_COMMERCIAL: Final = {
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

REGIONS: Final[dict[str, Region]] = {
    **{name: Region(function_account=account) for name, account in _COMMERCIAL.items()},
    # Known from public code of AWS Labs for these Regions (awslabs/mlspace,
    # backend/src/ml_space_lambda/utils/groundtruth_utils.py), not from AWS's documentation.
    "us-iso-east-1": Region(
        function_account="403361949736",
        partition="aws-iso",
        crowd_elements="https://crowd-html-elements-us-iso-east-1.s3.us-iso-east-1.c2s.ic.gov"
        "/crowd-html-elements.js",
        interface_account=None,
        algorithm_account=None,
    ),
    "us-isob-east-1": Region(
        function_account="492044955883",
        partition="aws-iso-b",
        crowd_elements="https://crowd-html-elements-us-isob-east-1.s3.us-isob-east-1.sc2s.sgov.gov"
        "/crowd-html-elements.js",
        interface_account=None,
        algorithm_account=None,
    ),
}
