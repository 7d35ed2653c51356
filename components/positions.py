"""Where in the program a resource was made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = 7  # the SDK's own five or six, and the one or two that called it


@contextmanager
def brief_positions() -> Iterator[None]:
    """Resources made within remember the call that made them, and not the whole stack of calls beneath it.

    The SDK sends that stack with each resource (`traceback.extract_stack`, which heeds `sys.tracebacklimit`), and the
    engine keeps it. It is the same for each account, and was a third of a checkpoint of a thousand of them.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _FRAMES
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
