"""The inputs of ManagedPolicies: every policy that a stack has in one account. Checked, and named by an id. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Failure, Properties, Unmanaged, kept_failures, kept_in
from remit.aws.member_sessions import Member
from remit.managed_policy import Policy, under
from remit.policy_shape import Shape, policy_of
from remit.spoke_role import SpokeRole

_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"[\w+=,.@/-]{1,128}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PATH = re.compile(r"/|(/[\x21-\x2e\x30-\x7e]+)+/")
_NAMES = ("account", "role", "externalId", "policies", "ownedPath", "unmanaged", "kept")
_SHAPE = {"path": str, "description": str, "statements": dict}
_MORE = {"order": list, "version": str, "id": str, "detachOnDelete": bool, "unmanaged": bool}


@dataclass(frozen=True, slots=True)
class Inputs:
    """`shapes` by policy name, as `remit.policy_shape` makes them. One with `unmanaged` was found by a refresh.

    The names `kept`, which a run leaves as they are, are for the run at hand and never make a difference.
    """

    account: str
    spoke: SpokeRole
    shapes: Mapping[str, Shape]
    owned_path: str = ""
    unmanaged: Unmanaged = Unmanaged.REPORT
    kept: frozenset[str] = frozenset()

    @classmethod
    def of(cls, properties: Properties) -> Self:
        """From properties that `check` has passed."""
        return cls(
            account=properties["account"],
            spoke=SpokeRole.of(properties),
            shapes=properties["policies"],
            owned_path=properties.get("ownedPath") or "",
            unmanaged=Unmanaged(properties.get("unmanaged") or Unmanaged.REPORT),
            kept=kept_in(properties),
        )

    @property
    def member(self) -> Member:
        return Member.of(self.account, self.spoke)

    @property
    def policies(self) -> dict[str, Policy]:
        """Those that the stack has, by name, and that are not kept as they are."""
        return {
            name: policy_of(name, shape)
            for name, shape in self.shapes.items()
            if not shape.get("unmanaged") and name not in self.kept
        }

    @property
    def strays(self) -> dict[str, Shape]:
        """Those that a refresh found under the owned path, by name."""
        return {name: shape for name, shape in self.shapes.items() if shape.get("unmanaged")}

    def going(self, before: Self) -> dict[str, Shape]:
        """The strays of the inputs before that are to go; none that the path does not cover any more, or is wanted."""
        if self.unmanaged is not Unmanaged.REMOVE:
            return {}
        staying = {name.lower() for name in (*self.shapes, *self.kept)}
        return {
            name: shape
            for name, shape in sorted(before.strays.items())
            if name.lower() not in staying and under(shape["path"], self.owned_path)
        }

    def holding(self, shapes: Mapping[str, Shape]) -> Self:
        return replace(self, shapes=shapes)

    def properties(self) -> Properties:
        return {
            "account": self.account,
            **self.spoke.properties(),
            "policies": dict(sorted(self.shapes.items())),
            **({"ownedPath": self.owned_path} if self.owned_path else {}),
            "unmanaged": self.unmanaged.value,
        }


def parse_id(text: str) -> tuple[Member, str]:
    """(account and role, path) of `ACCOUNT|ROLE[|PATH[|EXTERNAL-ID]]`; without a path all policies are meant.

    Raises ValueError with what is wrong.
    """
    account, _, rest = text.partition("|")
    role, _, rest = rest.partition("|")
    path, _, external_id = rest.partition("|")
    sound = _ACCOUNT.fullmatch(account) and _ROLE.fullmatch(role) and _PATH.fullmatch(path or "/")
    if not sound or (external_id and not _EXTERNAL_ID.fullmatch(external_id)):
        forms = "ACCOUNT|ROLE, ACCOUNT|ROLE|/PATH/ or ACCOUNT|ROLE|/PATH/|EXTERNAL-ID"
        raise ValueError(f"{text!r} is not an id of ManagedPolicies ({forms})")
    return Member(account, role, external_id), path or "/"


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    """The inputs with their defaults, and everything that is wrong with them."""
    checked = {"unmanaged": Unmanaged.REPORT.value, **news}
    if checked.get("ownedPath") == "":
        del checked["ownedPath"]
    return checked, list(_failures(checked))


def _failures(news: Properties) -> Iterator[Failure]:
    for name in news.keys() - {*_NAMES, "__defaults"}:
        yield Failure(name, f"no such property; ManagedPolicies has {', '.join(_NAMES)}")
    if not _ACCOUNT.fullmatch(str(news.get("account", ""))):
        yield Failure("account", f"{news.get('account')!r} is not an account id (twelve digits in a string)")
    if not _ROLE.fullmatch(str(news.get("role", ""))):
        yield Failure("role", f"{news.get('role')!r} is not the name of a role")
    if not _EXTERNAL_ID.fullmatch(str(news.get("externalId", "none"))):
        yield Failure("externalId", f"{news['externalId']!r} is not an external id")
    if not _PATH.fullmatch(str(news.get("ownedPath", "/"))):
        yield Failure("ownedPath", f"{news['ownedPath']!r} is not a path such as /remit/")
    if news["unmanaged"] not in tuple(Unmanaged):
        yield Failure("unmanaged", f"{news['unmanaged']!r} is neither remove nor report")
    yield from _policy_failures(news.get("policies"))
    yield from kept_failures(news)


def _policy_failures(policies: object) -> Iterator[Failure]:
    if not isinstance(policies, dict):
        yield Failure("policies", f"{policies!r} is not a map of names to policies")
        return
    for name, shape in policies.items():
        path = f'policies["{name}"]'
        if not _NAME.fullmatch(name):
            yield Failure(path, f"{name!r} is not the name of a policy")
        if not isinstance(shape, dict):
            yield Failure(path, f"{shape!r} is not a policy")
            continue
        yield from _shape_failures(path, shape)


def _shape_failures(path: str, shape: dict[str, Any]) -> Iterator[Failure]:
    for key, kind in _SHAPE.items():
        if not isinstance(shape.get(key), kind) or shape[key] == UNKNOWN:
            yield Failure(f"{path}.{key}", f"{shape.get(key)!r} is not a {kind.__name__}")
    for key, value in shape.items():
        if key not in _SHAPE and not (key in _MORE and isinstance(value, _MORE[key])):
            yield Failure(f"{path}.{key}", f"{value!r}: a policy has {', '.join((*_SHAPE, *_MORE))}")
