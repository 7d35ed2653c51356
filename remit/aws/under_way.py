"""Waits for what an earlier run has left under way at AWS when it was killed.

AWS carries such operations out all the same, some seconds later. A run that reads before would miss what they
make, order it a second time, and report as final what still changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from remit.aws.sso_admin import Action, SsoAdmin
from remit.errors import AccessDeniedError

PATIENCE = 120.0  # seconds; most operations take a few
_PAUSE = 0.5


def let_finish(
    sso: SsoAdmin,
    instance: str,
    *,
    stop: Callable[[], str] = lambda: "",
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Returns when every assignment operation that is under way now has ended, or patience has.

    Two calls when there is none. Operations that others start meanwhile are not waited for. A caller that may
    not list operations goes on without. `stop`: a reason to wait no longer, or "". Raises AwsError.
    """
    until = clock() + PATIENCE
    open_ = {action: _under_way(sso, action, instance) for action in Action}
    while any(open_.values()) and clock() < until and not stop():
        sleep(_PAUSE)
        open_ = {action: ours and ours & _under_way(sso, action, instance) for action, ours in open_.items()}


def _under_way(sso: SsoAdmin, action: Action, instance: str) -> frozenset[str]:
    try:
        return sso.under_way(action, instance)
    except AccessDeniedError:
        return frozenset()
