"""MiniStack as the cloud around Ground Truth, with Ground Truth in it as a service.

Only this folder uses MiniStack's internals. tests/unit/local/services/test_ministack.py lists them
with their parameters, and fails first when MiniStack moves one.
"""

from __future__ import annotations

import os
from typing import Any

from local.ground_truth.api.service import GroundTruth
from local.services import sagemaker, service_quotas
from local.services.access_keys import AccessKeys
from local.services.cloudformation import Deployments
from local.services.cognito.pools import Pools
from local.services.eventbridge import Events
from local.services.iam import Rights
from local.services.internals import announce, module, route_by_signature
from local.services.lambda_functions import Functions
from local.services.s3 import Buckets
from local.services.ses import Mails
from local.services.sns import Topics
from local.services.sts import RoleSessions


class MiniStack:
    """MiniStack as the protocol Cloud, which documents what it does; `install` before it serves.

    MiniStack reads its settings from the environment while it is imported, which is here.
    """

    def __init__(self) -> None:
        self.app: Any = module("app").app
        port = os.environ["GATEWAY_PORT"]
        #: What the names of worker portals and login pages end with: browsers find it here.
        self.portal_domain = f"localhost:{port}"
        #: Who may sign requests.
        self.access_keys = AccessKeys()
        self._rights = Rights()
        sessions = RoleSessions(self._rights.credentials)
        self._buckets = Buckets(self._rights, sessions)
        #: All mails, and SES's identities.
        self.mails = Mails(endpoint=f"https://127.0.0.1:{port}")
        self._topics = Topics(self._rights, self.mails, endpoint=f"https://127.0.0.1:{port}")
        self._event_bus = Events(self._rights, self._topics)
        functions = Functions(self._rights, sessions)
        #: Cognito's user pools.
        self.pools = Pools(self._rights, domain=self.portal_domain)

        self.require = self._rights.require
        self.role_trusts = self._rights.role_trusts
        self.read_object = self._buckets.read_object
        self.object_size = self._buckets.object_size
        self.read_url = self._buckets.read_url
        self.write_object = self._buckets.write_object
        self.bucket = self._buckets.bucket
        self.cors_rules = self._buckets.cors_rules
        self.user_pool = self.pools.user_pool
        self.users = self.pools.users
        self.publish = self._topics.publish
        self.put_event = self._event_bus.put_event
        self.has_function = functions.has_function
        self.invoke = functions.invoke

    def install(self, ground_truth: GroundTruth) -> None:
        """Add Ground Truth, and patch what is missing or differs from AWS."""
        sagemaker.install(ground_truth, self._rights)
        self.access_keys.install()
        service_quotas.install(self._rights)
        announce("sagemaker", service_quotas.NAME)
        route_by_signature()
        self._rights.install()
        Deployments(self._rights).install()
        self._buckets.install(ground_truth.unkindness)
        self._topics.install()
        self._event_bus.install()
        self.mails.install()
        self._rights.know_tags("ses", self.mails.tags)
        self.pools.install(ground_truth.teams_of_group, unlisted=ground_truth.unkindness.unlisted)
