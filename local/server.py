"""The process of local AWS: MiniStack's app with Ground Truth in it, served on one socket."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import threading
from typing import Any, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.gate.gate import Gate
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.api.unkindness import KIND, Unkindness
from local.ground_truth.portal.portal import Portal
from local.loopback import opener
from local.mailbox import PATH as MAILBOX
from local.mailbox import Mailbox
from local.services.cognito.login_pages import LoginPages
from local.services.ministack import MiniStack


def main() -> None:
    """Serve until SIGTERM, or until the process at the lifeline's other end has ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=int, required=True, help="a bound socket's descriptor")
    parser.add_argument("--lifeline", type=int, help="a pipe that closes with whoever started us")
    arguments = parser.parse_args()
    if arguments.lifeline is not None:
        threading.Thread(target=_end_with, args=(arguments.lifeline,), daemon=True).start()
    asyncio.run(_serve(arguments.listen))


async def _serve(listen: int) -> None:
    ministack = MiniStack()
    delay = float(os.environ.get("GROUND_TRUTH_DELAY_SECONDS", "0.2"))
    seed = os.environ.get("GROUND_TRUTH_UNKINDNESS")
    unkindness = Unkindness.of(int(seed)) if seed else KIND
    ground_truth = GroundTruth(ministack, delay=delay, unkindness=unkindness)
    ministack.install(ground_truth)
    port = os.environ["GATEWAY_PORT"]
    portal = Portal(
        ground_truth, opener(os.environ["SSL_CERT_FILE"]), data=f"https://127.0.0.1:{port}"
    )
    login_pages = LoginPages(ministack.app, ministack.pools.login_clients, ministack.portal_domain)
    mailbox = Mailbox(
        os.environ.pop("MAILBOX_KEY"),
        ministack.mails.all,
        ministack.mails.verify,
        ground_truth.portals,
    )
    gate = Gate(
        own=f"127.0.0.1:{port}",
        aws=ministack.app,
        sites=(portal, login_pages),
        mailbox=mailbox,
        mailbox_path=MAILBOX,
        key=ministack.access_keys.find,
        rules=ministack.cors_rules,
        has_pool=ministack.pools.has_pool,
    )
    config = Config()
    config.bind = [f"fd://{listen}"]
    config.certfile = os.environ["MINISTACK_SSL_CERT"]
    config.keyfile = os.environ["MINISTACK_SSL_KEY"]
    config.keep_alive_timeout = 75
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _end_all)
    ground_truth.start()
    # The type of an app is that of each of its scopes, which are plain mappings here.
    await serve(cast("Any", gate), config, shutdown_trigger=asyncio.Event().wait)


def _end_with(lifeline: int) -> None:
    with contextlib.suppress(OSError):
        if os.read(lifeline, 1):
            # Whoever started this one has let it go.
            return
    _end_all()


def _end_all() -> None:
    """End this process and the functions that it started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
