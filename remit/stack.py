"""A stack: one environment of the catalog. What it may touch, and how it goes about it.

Its settings stand in Pulumi.<stack>.yaml under `config:` as remit:scope, remit:permissionSets and so on
(`remit.stack_settings`). The CLI reads that file (`remit.stack_file`), the program asks Pulumi: same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from remit.errors import BadValue, CatalogError, Problem, Source
from remit.max_revoke import MaxRevoke
from remit.sharding import Shard
from remit.stack_settings import FIELDS, READERS
from remit.yaml_places import source_of

PermissionSetsMode = Literal["own", "refer", "own-management", "own-members"]
UnmanagedMode = Literal["remove", "report"]
FanOut = Literal["aliases", "pooled"]
DriftMode = Literal["enforce", "report", "adopt"]

ALIASES_UP_TO = 20
"""Accounts with policies up to which `auto` means aliases: their plugins take 2.7 GiB (138 MiB each)."""

CONFIG_KEYS = tuple(FIELDS)


@dataclass(frozen=True, slots=True)
class Stack:
    """The settings of one stack. `scope` holds selectors: outside of them nothing is ever touched.

    `permission_sets`: which of them it makes: all, none, those that are given in the management account, or the rest.
    `request_rate`: sso-admin calls a second. AWS allows 20, unless the quota was raised.
    `owned_path`: the IAM path under which every policy of its accounts is the stack's business; "": none.
    `runs_every`: how far apart the scheduled runs are; a plan warns of what ends before the next one.
    `drift`: what becomes of changes by hand where an entry of the catalog does not say.
    `adopt`: what exists under the name of a policy or permission set is taken over as it is.
    `waves`: selectors, in the order in which accounts get their policies. `shard`: the part of the stack's work that
    this one does: the policies of some accounts, or all but the policies ("identity-center"); None: all of it.
    `kept_fan_out`: no setting, but what the stack's state has, where that is known: `auto` stays with it.
    """

    name: str
    scope: tuple[str, ...] = ("*", "management")
    permission_sets: PermissionSetsMode = "own"
    unmanaged: UnmanagedMode = "remove"
    max_revoke: MaxRevoke = field(default_factory=MaxRevoke)
    allow_self_lockout: bool = False
    request_rate: float = 20.0
    fan_out: FanOut | Literal["auto"] = "auto"
    owned_path: str = ""
    unmanaged_policies: UnmanagedMode = "report"
    drift: DriftMode = "enforce"
    runs_every: timedelta = timedelta(hours=24)
    adopt: bool = False
    waves: tuple[str, ...] = ()
    shard: Shard | Literal["identity-center"] | None = None
    catalog: str = "policies"
    kept_fan_out: FanOut | None = None

    @property
    def environment(self) -> str:
        """The stack's name; for `prod-shard-3`, a shard of it, `prod`: what {{stack}} says must not hang on shards."""
        if isinstance(self.shard, Shard):
            return self.name.removesuffix(f"-shard-{self.shard.number}")
        return self.name

    @property
    def selectors(self) -> tuple[str, ...]:
        """Those of all its settings."""
        return (*self.scope, *self.waves)

    @property
    def refers(self) -> bool:
        """Whether it gives permission sets that another stack makes, and so has to know their ARNs."""
        return self.permission_sets in {"refer", "own-management"} and not isinstance(self.shard, Shard)

    def fan_out_over(self, accounts: int) -> FanOut:
        """How policies reach this many accounts: a provider alias for each, or all through the remit provider."""
        if self.fan_out != "auto":
            return self.fan_out
        return self.kept_fan_out or auto_fan_out(accounts)

    @classmethod
    def from_config(cls, name: str, getter: Callable[[str], object]) -> Stack:
        """The stack as `getter("scope")`, `getter("permissionSets")`… say: text, JSON text, a list, or None.

        Raises CatalogError with every bad value.
        """
        values = {key: value for key in CONFIG_KEYS if (value := getter(key)) is not None}
        return stack_of(name, values, lambda key: Source(f"Pulumi.{name}.yaml (remit:{key})", 0))


def auto_fan_out(accounts: int) -> FanOut:
    """What `auto` means for a stack that has never run."""
    return "aliases" if accounts <= ALIASES_UP_TO else "pooled"


def stack_of(name: str, values: Mapping[str, object], place: Callable[[str], Source]) -> Stack:
    """`values` by their names after `remit:`; `place`: where one stands. Raises CatalogError with every bad value."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        try:
            found[FIELDS[key]] = READERS[key](value)
        except BadValue as error:
            problems.append(Problem(f"remit:{key}: {error.message}", error.remedy, source_of(value) or place(key)))
    if isinstance(found.get("shard"), Shard) and found.get("permission_sets", "own") != "refer":
        remedy = "write `remit:permissionSets: refer` here: the stack with remit:shard: identity-center owns them"
        at = source_of(values["shard"]) or place("shard")
        problems.append(Problem(f"shard {found['shard']} has policies, and no permission sets to own", remedy, at))
    if problems:
        raise CatalogError(problems)
    return Stack(name=name, **found)
