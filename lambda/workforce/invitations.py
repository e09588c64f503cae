"""Sends invitations: one a person, whatever happens, and none that depends on another.

An account is made without a mail. The mail follows when all accounts are there, between two notes
in the account's own record, so that a death between them leaves a question and not a second mail.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import code_of
from workforce.accounts import Account, Accounts
from workforce.record import Mail, Record
from workforce.waiting import GONE, is_passing, said

if TYPE_CHECKING:
    from workforce.clients import Clients

#: A run that sends a mail writes before and after it, and a call takes 25 seconds at most. One that
#: has said nothing for longer is dead; Lambda begins it again after a minute.
_ALIVE: Final = timedelta(seconds=50)
#: Seconds between two looks at what another run is doing.
_PAUSE: Final = 5.0
#: Seconds in which another run, which has seen the same, has written as well. The last to write is
#: the one who sends (M. Fischer's algorithm, in https://doi.org/10.1145/7351.7352).
_SETTLE: Final = 3.0
#: Seconds that a mail waits while there are too many calls.
_THROTTLED: Final = 30.0
#: Seconds kept for one mail and what is written of it.
_ONE_MAIL: Final = 30.0
#: Cognito's word for a day's mails, which its model does not name
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
_LIMIT: Final = "LimitExceededException"
_SERVER_ERROR: Final = 500


class Invitations:
    """The mails of one run."""

    def __init__(self, accounts: Accounts, aws: Clients) -> None:
        self._accounts = accounts
        self._aws = aws
        self._run = uuid.uuid4().hex[:12]
        #: Whether another run may be sending too, so that each mail has to be agreed upon.
        self._may_meet_others = True
        self._is_used_up = False

    def send(self, account: Account, *, again: bool = False) -> Account:
        """Send the invitation if it is due; return the account as it is then.

        `again` sends also one that was sent before. After a refusal for the day's limit, or when
        time runs short, nothing more is sent, and what is due stays so.
        """
        try:
            account = self._claim(account, again=again)
            if account.record is None or not self._is_mine(account.record):
                return account
            mail, why = self._mail(account)
            record = replace(account.record, mail=mail, at=self._now(), why=why, run="")
            return self._accounts.write(account, record)
        except (BotoCoreError, ClientError) as error:
            is_gone = isinstance(error, ClientError) and code_of(error) in GONE
            if not is_gone and not is_passing(error):
                raise
            self._aws.log.warning("%s: %s", account.shown, said(error))
            return account

    def _claim(self, account: Account, *, again: bool) -> Account:
        """Write that the mail is being sent, unless that is not for this run to do."""
        while not self._is_used_up and self._seconds_left() > _ONE_MAIL:
            account = self._accounts.look(account.username)
            record, now = account.record, self._now()
            if record is None:
                return account
            if record.mail == "trying" and now - record.at < _ALIVE:
                self._may_meet_others, again = True, False
                self._aws.clock.sleep(_PAUSE)
                continue
            if not (again or record.is_due(now)):
                return account
            claim = replace(record, mail="trying", at=now, why="", run=self._run)
            account = self._accounts.write(account, claim)
            if not self._may_meet_others:
                return account
            self._aws.clock.sleep(_SETTLE)
            account = self._accounts.look(account.username)
            if account.record is not None and self._is_mine(account.record):
                # Others have seen it by now, and wait.
                self._may_meet_others = False
                return account
            self._may_meet_others, again = True, False
        return account

    def _mail(self, account: Account) -> tuple[Mail, str]:
        """Send it, once; return what became of it and the code of a refusal."""
        until = self._aws.clock.now() + _THROTTLED
        pause = 1.0
        while True:
            try:
                self._accounts.invite(account)
                return "sent", ""
            except ClientError as error:
                if is_passing(error) and not _is_unclear(error):
                    if self._aws.clock.now() + pause < until:
                        self._aws.clock.sleep(pause)
                        pause *= 2
                        continue
                    return "due", ""
                self._aws.log.warning("%s: no mail: %s", account.shown, code_of(error))
                if _is_unclear(error):
                    return "trying", ""
                self._is_used_up = code_of(error) == _LIMIT
                return "failed", code_of(error)
            except BotoCoreError as error:
                self._aws.log.warning(
                    "%s: no answer to the mail: %s", account.shown, type(error).__name__
                )
                return "trying", ""

    def _is_mine(self, record: Record) -> bool:
        return record.mail == "trying" and record.run == self._run

    def _seconds_left(self) -> float:
        return self._aws.clock.deadline - self._aws.clock.now()

    def _now(self) -> datetime:
        return self._aws.today().replace(microsecond=0)


def _is_unclear(error: ClientError) -> bool:
    """Say whether the service has failed, so that the mail may have gone."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_ERROR or code_of(error) == "InternalErrorException"
