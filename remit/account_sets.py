"""A set of accounts → the fewest selectors that say it, as a person would: an OU but some, the whole organization.

The inverse of `AccountIndex.select`. Where two ways are equally short, the one that names accounts is taken: it gives
nothing to accounts that come later. Tags are never named: who shares one may do so by chance, and whoever may tag an
account would say what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from remit.errors import BadValue
from remit.organization import Account
from remit.selectors import ALL, MANAGEMENT, AccountIndex, Kind


@dataclass(frozen=True, slots=True)
class Selection:
    """The selectors of `targets` and of `except`."""

    targets: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.targets) + len(self.without)

    def __str__(self) -> str:
        """ou:Workloads, account:lake but account:payments."""
        but = f" but {', '.join(self.without)}" if self.without else ""
        return f"{', '.join(self.targets) or 'nowhere'}{but}"

    def __add__(self, other: Selection) -> Selection:
        return Selection(self.targets + other.targets, self.without + other.without)


@dataclass(frozen=True, slots=True)
class _Unit:
    """An organizational unit: itself, its own accounts, and all below it, children first."""

    path: str
    direct: frozenset[str]
    all: frozenset[str]
    children: tuple[_Unit, ...]


class AccountSets:
    """Describes sets of ACTIVE accounts of one organization."""

    def __init__(self, index: AccountIndex) -> None:
        self.index = index
        self._organization = index.organization
        self._root = _tree(self._organization.active_accounts)
        self._written: dict[tuple[frozenset[str], Kind], str] = {}
        self._seen: dict[frozenset[str], Selection] = {}

    def selection(self, accounts: Iterable[str]) -> Selection:
        """The fewest selectors of these ACTIVE accounts (ids). Raises BadValue for one that is not ACTIVE."""
        wanted = frozenset(accounts)
        if wanted not in self._seen:
            if strange := wanted - self.index.active:
                raise BadValue(f"account {min(strange)} is not an active account of the organization", "")
            self._seen[wanted] = self._shortest(wanted)
        return self._seen[wanted]

    def one_by_one(self, accounts: Iterable[str]) -> Selection:
        """Each of these ACTIVE accounts by its name, or its id: nothing is said of accounts that come later."""
        return Selection(self._singly(frozenset(accounts)))

    def _shortest(self, wanted: frozenset[str]) -> Selection:
        everywhere = self._root.all - {self._organization.management_account}
        one_by_one = self._within(self._root, wanted, named=False)
        if len(wanted & everywhere) < 2:
            return one_by_one
        management = (MANAGEMENT,) if self._organization.management_account in wanted else ()
        at_large = Selection((ALL, *management), self._cover(self._root, everywhere - wanted))
        return at_large if len(at_large) < len(one_by_one) or wanted >= everywhere else one_by_one

    def _within(self, unit: _Unit, wanted: frozenset[str], *, named: bool = True) -> Selection:
        """The shortest description of the wanted accounts below a unit."""
        here = wanted & unit.all
        if not here:
            return Selection()
        apart = sum((self._within(child, here) for child in unit.children), self._directly(unit, here, named=named))
        if not named or len(here) < 2:
            return apart
        whole = Selection((self._unit_selector(unit),), self._cover(unit, unit.all - here))
        return whole if len(whole) < len(apart) else apart

    def _directly(self, unit: _Unit, wanted: frozenset[str], *, named: bool) -> Selection:
        """The shortest description of the wanted accounts that a unit holds itself."""
        here = wanted & unit.direct
        singly = Selection(self._singly(here))
        if not named or len(here) < 2:
            return singly
        whole = Selection((self._unit_selector(unit, direct=True),), self._singly(unit.direct - here))
        return whole if len(whole) < len(singly) else singly

    def _cover(self, unit: _Unit, wanted: frozenset[str]) -> tuple[str, ...]:
        """The wanted accounts below a unit without any `except`: what an `except` itself may say."""
        here = wanted & unit.all
        if len(here) > 1 and here == unit.all and unit.path:
            return (self._unit_selector(unit),)
        if not here:
            return ()
        direct = here & unit.direct
        if len(direct) > 1 and direct == unit.direct and unit.path:
            own: tuple[str, ...] = (self._unit_selector(unit, direct=True),)
        else:
            own = self._singly(direct)
        return own + tuple(text for child in unit.children for text in self._cover(child, here))

    def _singly(self, accounts: Collection[str]) -> tuple[str, ...]:
        return tuple(sorted(self._account(id_) for id_ in accounts))

    def _account(self, id_: str) -> str:
        """By name where that stands for this account alone, else by id."""
        if id_ == self._organization.management_account:
            return MANAGEMENT
        name = self._organization.account_by_id[id_].name
        return self._first_that_means(frozenset({id_}), Kind.ACCOUNT, (name, id_))

    def _unit_selector(self, unit: _Unit, *, direct: bool = False) -> str:
        """`ou:` with all below the unit, or `ou-only:` its own accounts, which is the same without units below."""
        kind = Kind.OU_ONLY if direct and unit.children else Kind.OU
        ids = [known.id for known in self._organization.organizational_units if known.path == unit.path]
        return self._first_that_means(unit.direct if direct else unit.all, kind, (unit.path, f"/{unit.path}", *ids))

    def _first_that_means(self, accounts: frozenset[str], kind: Kind, names: Sequence[str]) -> str:
        """The first of the names that stands for just these accounts: a name may be shared, or look like a glob."""
        if (accounts, kind) not in self._written:
            self._written[accounts, kind] = next(
                text for name in names if self._matches(text := f"{kind}:{name}", accounts)
            )
        return self._written[accounts, kind]

    def _matches(self, text: str, accounts: frozenset[str]) -> bool:
        try:
            return self.index.match(text).accounts == accounts
        except BadValue:
            return False


def _tree(accounts: Iterable[Account]) -> _Unit:
    direct: defaultdict[str, set[str]] = defaultdict(set)
    children: defaultdict[str, set[str]] = defaultdict(set)
    for account in accounts:
        direct[account.ou].add(account.id)
        path = account.ou
        while path:
            parent = path.rpartition("/")[0]
            children[parent].add(path)
            path = parent
    return _unit("", direct, children)


def _unit(path: str, direct: Mapping[str, set[str]], children: Mapping[str, set[str]]) -> _Unit:
    below = tuple(_unit(child, direct, children) for child in sorted(children.get(path, ())))
    own = frozenset(direct.get(path, ()))
    return _Unit(path, own, own.union(*(child.all for child in below)), below)
