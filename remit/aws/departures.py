"""Which accounts are gone: suspended, closed, or out of the organization. Nobody can assume a role there."""

from __future__ import annotations

import threading

from remit.account_state import AccountState
from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.errors import AccessDeniedError


class Departures:
    """Asks AWS once for each account that somebody asks about. Thread-safe."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._found: dict[str, str] = {}
        self._lock = threading.Lock()

    def how(self, account: str) -> str:
        """ "SUSPENDED", "not in the organization", …; "" for one that is there, or where AWS does not tell us."""
        with self._lock:
            if account not in self._found:
                self._found[account] = self._ask(account)
            return self._found[account]

    def _ask(self, account: str) -> str:
        try:
            told = self._aws.call("organizations", "DescribeAccount", AccountId=account)["Account"]
        except AccessDeniedError:
            return ""
        except NotFoundError:
            return "not in the organization"
        state = str(told.get("State") or told["Status"])
        return "" if state == AccountState.ACTIVE else state
