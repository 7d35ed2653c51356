"""A stack of one pooled account and its policy removal, kept from run to run as an engine keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from provider.managed_policies import PartlyDoneError
from provider.serving import Served
from remit.errors import RemitError
from remit.managed_policy import Policy
from tests.provider.accounts import ROLE, inputs
from tests.provider.plugin import A

Properties = dict[str, Any]


class Cloud(Protocol):
    """`tests.provider.accounts.Accounts`, or what stands for it."""

    @property
    def policies(self) -> Served: ...
    @property
    def removal(self) -> Served: ...
    def warn(self, message: str) -> None: ...


CloudT = TypeVar("CloudT", bound=Cloud)


class Kept(NamedTuple):
    """A resource in the state."""

    inputs: Properties
    outputs: Properties
    init_errors: bool = False


@dataclass
class PooledStack(Generic[CloudT]):
    """`role`: that of the spokes. `more`: further inputs of the account's ManagedPolicies.

    What an update did in part keeps the old inputs with the new outputs, as the Pulumi CLI does it; the new ones with
    `keeps_new_inputs`, which is right as well.
    """

    cloud: CloudT
    keeps_new_inputs: bool = False
    role: str = ROLE
    others: bool = False
    more: Properties = field(default_factory=dict)
    account: Kept | None = None
    removal: Kept | None = None
    changed: list[str] = field(default_factory=list)

    def up(self, *policies: Policy, until_removal: bool = False, sets: tuple[str, ...] = ()) -> str:
        """What failed. A run `until_removal` is cut off before it. `changed` tells of the removal's diff."""
        failed = self._done("account", self.cloud.policies, inputs(*policies, **{"role": self.role, **self.more}))
        if until_removal:
            return failed
        leaving = self.account.outputs.get("leaving") if self.account and not failed else None
        return failed + self._removed({A: leaving} if leaving else {}, sets)

    def up_without_the_account(self) -> str:
        """The account is left out, because something before it failed."""
        return self._removed({}, ())

    def down(self) -> None:
        """The account leaves the stack."""
        assert self.account
        self.cloud.policies.delete(self.account.inputs, self.account.outputs, self.cloud.warn)
        self.account = None

    def refresh(self) -> None:
        assert self.account
        found = self.cloud.policies.read(A, self.account.inputs, self.account.outputs, self.cloud.warn)
        assert found is not None
        assert found.inputs is not None
        self.account = Kept(found.inputs, found.outputs)

    def foreseen(self, *policies: Policy) -> tuple[list[str], list[str]]:
        """What a preview changes and says of the removal."""
        assert self.account
        assert self.removal
        news, said = inputs(*policies, **{"role": self.role, **self.more}), list[str]()
        state = self.account.outputs
        if self.cloud.policies.diff(self.account.inputs, state, news, said.append):
            state = self.cloud.policies.update(
                A, self.account.inputs, self.account.outputs, news, said.append, preview=True
            ).outputs
        leaving = {A: state["leaving"]} if state.get("leaving") else {}
        found = self.cloud.removal.diff(
            self.removal.inputs, self.removal.outputs, self._of_removal(leaving, ()), said.append
        )
        return sorted(found), said

    def _removed(self, leaving: Properties, sets: tuple[str, ...]) -> str:
        return self._done("removal", self.cloud.removal, self._of_removal(leaving, sets))

    def _of_removal(self, leaving: Properties, sets: tuple[str, ...]) -> Properties:
        waiting = {"waitForOthers": True} if self.others else {}
        return {"role": self.role, "leaving": leaving, "permissionSets": list(sets), **waiting}

    def _done(self, name: str, served: Served, news: Properties) -> str:
        """What failed, if anything did."""
        checked, wrong = served.check(news)
        assert not wrong
        known, warn = getattr(self, name), self.cloud.warn
        differing: list[str] = []
        try:
            if known is None:
                done = served.create(checked, warn, preview=False).outputs
            else:
                differing = sorted(served.diff(known.inputs, known.outputs, checked, warn))
                same = not differing and not known.init_errors
                done = (
                    known.outputs
                    if same
                    else served.update("id", known.inputs, known.outputs, checked, warn, preview=False).outputs
                )
        except PartlyDoneError as error:
            kept = checked if known is None or self.keeps_new_inputs else known.inputs
            setattr(self, name, Kept(kept, error.properties, init_errors=True))
            return str(error)
        except RemitError as error:
            return str(error)
        finally:
            self.changed = differing
        setattr(self, name, Kept(checked, done))
        return ""
