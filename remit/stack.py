"""A stack: one environment of the catalog. What it may touch, and how it goes about it.

Its settings stand in Pulumi.<stack>.yaml under `config:` as remit:scope, remit:permissionSets, remit:unmanaged,
remit:maxRevoke, remit:allowSelfLockout, remit:requestRate, remit:fanOut, remit:ownedPath, remit:unmanagedPolicies,
remit:drift, remit:runsEvery, remit:adopt, remit:waves, remit:shard and remit:catalog.
The CLI reads that file, the program asks Pulumi: same checks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from remit.errors import BadValue, CatalogError, Problem, Source, did_you_mean
from remit.max_revoke import MaxRevoke, read_max_revoke
from remit.selectors import parse_selector
from remit.sharding import IDENTITY_CENTER, Shard, read_shard
from remit.yaml_places import Block, read_yaml, source_of

PermissionSetsMode = Literal["own", "refer", "own-management", "own-members"]
UnmanagedMode = Literal["remove", "report"]
FanOut = Literal["aliases", "pooled"]
DriftMode = Literal["enforce", "report", "adopt"]

ALIASES_UP_TO = 20
"""Accounts with policies up to which `auto` means aliases: their plugins take 2.7 GiB (138 MiB each)."""

CONFIG_KEYS = (
    "scope",
    "permissionSets",
    "unmanaged",
    "maxRevoke",
    "allowSelfLockout",
    "requestRate",
    "fanOut",
    "ownedPath",
    "unmanagedPolicies",
    "drift",
    "runsEvery",
    "adopt",
    "waves",
    "shard",
    "catalog",
)
_TOP_LEVEL = ("config", "encryptionsalt", "encryptedkey", "environment", "secretsprovider")


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
        return _stack(name, values, lambda key: Source(f"Pulumi.{name}.yaml (remit:{key})", 0))


def auto_fan_out(accounts: int) -> FanOut:
    """What `auto` means for a stack that has never run."""
    return "aliases" if accounts <= ALIASES_UP_TO else "pooled"


def read_stack(path: Path) -> Stack:
    """The stack of a Pulumi.<stack>.yaml. Raises CatalogError with every problem at its line."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CatalogError(
            [Problem(f"stack file {path} cannot be read: {error.strerror}", "make it, or name another with --stack")]
        ) from error
    documents, problems = read_yaml(content, str(path))
    if problems:
        raise CatalogError(problems)
    config = _config_of(documents, path)
    problems = list(_slips(config))
    values = {key: value for key in CONFIG_KEYS if (value := config.get(f"remit:{key}")) is not None}
    try:
        stack = _stack(_stack_name(path), values, lambda key: config.places[f"remit:{key}"])
    except CatalogError as error:
        raise CatalogError([*problems, *error.problems]) from error
    if problems:
        raise CatalogError(problems)
    return stack


def _stack_name(path: Path) -> str:
    return path.stem.removeprefix("Pulumi.")


def _config_of(documents: Sequence[object], path: Path) -> Block:
    """What stands under `config:`. An empty file is a stack with every setting at its default."""
    document = documents[0] if documents else None
    place = source_of(document) or Source(str(path), 1)
    if len(documents) > 1:
        raise CatalogError([Problem("a stack file is one document", "take out the second", source_of(documents[1]))])
    if document is None:
        return Block(place)
    if not isinstance(document, Block):
        raise CatalogError([Problem("a stack file is a mapping with `config:`", "see Pulumi.prod.yaml", place)])
    if strange := [key for key in document if key not in _TOP_LEVEL]:
        raise CatalogError(_unknown(key, _TOP_LEVEL, document.places[key]) for key in strange)
    config = document.get("config")
    if config is None:
        return Block(place)
    if not isinstance(config, Block):
        raise CatalogError([Problem("`config:` is a mapping", "see Pulumi.prod.yaml", place)])
    return config


def _slips(config: Block) -> Iterator[Problem]:
    """Settings that Pulumi would read otherwise than they look: the default scope is too wide to guess."""
    known = [f"remit:{key}" for key in CONFIG_KEYS]
    for key, place in config.places.items():
        if ":" not in key:
            yield Problem(f"setting {str(key)!r} names no project", f"write remit:{key}", place)
        elif key.startswith("remit:") and key not in known:
            yield _unknown(key, known, place)
        elif key in known and config[key] is None:
            yield Problem(f"{str(key)!r} has no value", "write one, or take the line out", place)


def _unknown(key: str, known: Collection[str], place: Source) -> Problem:
    # "remit:" stands before each of them, and would make them all look alike.
    bare = key.removeprefix("remit:")
    near = did_you_mean(key, [name for name in known if did_you_mean(bare, [name.removeprefix("remit:")])])
    return Problem(f"unknown setting {str(key)!r}", near or f"there are {', '.join(known)}", place)


def _stack(name: str, values: Mapping[str, object], place: Callable[[str], Source]) -> Stack:
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        try:
            found[_FIELDS[key]] = _READERS[key](value)
        except BadValue as error:
            problems.append(Problem(f"remit:{key}: {error.message}", error.remedy, source_of(value) or place(key)))
    if isinstance(found.get("shard"), Shard) and found.get("permission_sets", "own") != "refer":
        remedy = "write `remit:permissionSets: refer` here: the stack with remit:shard: identity-center owns them"
        at = source_of(values["shard"]) or place("shard")
        problems.append(Problem(f"shard {found['shard']} has policies, and no permission sets to own", remedy, at))
    if problems:
        raise CatalogError(problems)
    return Stack(name=name, **found)


def _scope(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadValue(f"{value!r} is no JSON list", 'write ["ou:Workloads"]') from error
    selectors = [value] if isinstance(value, str) else value
    if not isinstance(selectors, list | tuple) or not selectors:
        raise BadValue("takes a selector or a list of selectors", 'write ["*", management]')
    for selector in selectors:
        parse_selector(_text(selector))
    return tuple(selectors)


def _waves(value: object) -> tuple[str, ...]:
    return () if value == "[]" else _scope(value)  # Pulumi's way to say the default


def _shard(value: object) -> Shard | str | None:
    if value == "":
        return None
    text = str(_text(value)).strip()
    return text if text == IDENTITY_CENTER else read_shard(text)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue(f"{value!r} is not text", "")
    return value


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise BadValue(f"{value!r} is not known", f"write {', '.join(words[:-1])} or {words[-1]}")
        return str(value)

    return read


def _true_or_false(value: object) -> bool:
    word = str(value).lower()
    if word not in {"true", "false"}:
        raise BadValue(f"{value!r} is neither true nor false", "write true or false")
    return word == "true"


def _owned_path(value: object) -> str:
    """A path of IAM that something stands in: "/" would own what every other tool makes."""
    if value == "":  # Pulumi's way to say the default
        return ""
    path = str(_text(value))
    if not re.fullmatch(r"(/[\x21-\x2e\x30-\x7e]+)+/", path) or len(path) > 512:
        raise BadValue(f"{path!r} is no IAM path that a stack can own", "write one such as /remit/")
    return path


def _runs_every(value: object) -> timedelta:
    """24h, 7d; 0h: nothing is scheduled."""
    found = re.fullmatch(r"(\d{1,5}) ?([hd])", str(value).strip())
    if not found:
        raise BadValue(f"{value!r} is no time between runs", "write 24h or 7d; 0h where no run is scheduled")
    return timedelta(hours=int(found[1]) * (24 if found[2] == "d" else 1))


def _request_rate(value: object) -> float:
    try:
        rate = float(str(value))
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise BadValue(f"{value!r} is not a number of requests a second", "AWS allows 20; leave it out for that")
    return rate


_FIELDS = {
    "scope": "scope",
    "permissionSets": "permission_sets",
    "unmanaged": "unmanaged",
    "maxRevoke": "max_revoke",
    "allowSelfLockout": "allow_self_lockout",
    "requestRate": "request_rate",
    "fanOut": "fan_out",
    "ownedPath": "owned_path",
    "unmanagedPolicies": "unmanaged_policies",
    "drift": "drift",
    "runsEvery": "runs_every",
    "adopt": "adopt",
    "waves": "waves",
    "shard": "shard",
    "catalog": "catalog",
}
_READERS: Mapping[str, Callable[[object], object]] = {
    "scope": _scope,
    "permissionSets": _one_of("own", "refer", "own-management", "own-members"),
    "unmanaged": _one_of("remove", "report"),
    "maxRevoke": read_max_revoke,
    "allowSelfLockout": _true_or_false,
    "requestRate": _request_rate,
    "fanOut": _one_of("aliases", "pooled", "auto"),
    "ownedPath": _owned_path,
    "unmanagedPolicies": _one_of("remove", "report"),
    "drift": _one_of("enforce", "report", "adopt"),
    "runsEvery": _runs_every,
    "adopt": _true_or_false,
    "waves": _waves,
    "shard": _shard,
    "catalog": lambda value: str(_text(value)),
}
