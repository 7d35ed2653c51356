"""Which access rule reaches at least the accounts of another.

With an organization that is a matter of accounts. Without one it goes by the words of the selectors, and says yes
only where every organization would.
"""

from __future__ import annotations

from remit.catalog.models import AccessRule
from remit.expiry import Expiry
from remit.linting.subject import Subject


def covers(subject: Subject, wide: AccessRule, narrow: AccessRule) -> bool:
    """Whether `wide` reaches every account of `narrow`, for as long."""
    return lasts_as_long(wide.expires, narrow.expires) and reaches(subject, wide, narrow)


def reaches(subject: Subject, wide: AccessRule, narrow: AccessRule) -> bool:
    """Whether `wide` reaches every account of `narrow`, whenever they end."""
    if subject.ground:
        accounts = subject.accounts_of(narrow)
        return bool(accounts) and accounts <= subject.accounts_of(wide)
    left_out = narrow.except_ or ()
    return all(any(includes(mine, each) for mine in wide.targets) for each in narrow.targets) and all(
        any(includes(theirs, each) for theirs in left_out) for each in wide.except_ or ()
    )


def includes(wide: str, narrow: str) -> bool:
    """Whether a selector selects all that another does, in every organization."""
    if wide == narrow:
        return True
    kind, _, path = wide.partition(":")
    other_kind, _, other_path = narrow.partition(":")
    return (
        kind == "ou" and other_kind in {"ou", "ou-only"} and (other_path == path or other_path.startswith(f"{path}/"))
    )


def lasts_as_long(one: Expiry | None, other: Expiry | None) -> bool:
    """Whether something with the expiry `one` is there for as long as something with `other`."""
    return one is None or (other is not None and one.end >= other.end)
