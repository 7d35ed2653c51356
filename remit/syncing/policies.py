"""Policies that were changed or deleted by hand in some accounts → one entry, its statements where they apply.

A statement that was changed alike in every account where it applies is rewritten in its place. Else it leaves the
accounts in question, and what they have instead is a statement of its own with their `targets`, which ends when it did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from remit.catalog.models import ManagedPolicy, PolicyStatement
from remit.drift.live import Live
from remit.drift.statements import Statement
from remit.drift.values import Finding
from remit.expiry import expired
from remit.importing.edits import Edits
from remit.importing.new_statements import entries_of_new
from remit.importing.statements import changed_keys, changes_between, rewrite
from remit.managed_policy import Policy, by_name
from remit.narrowing import narrow
from remit.planning.values import PlannedPolicy
from remit.selectors import names_one_account
from remit.syncing.permission_sets import plain, sayable
from remit.syncing.refusal import CannotAdoptError


def edit_policy(edits: Edits, name: str, findings: Iterable[Finding], live: Live, at: datetime) -> None:
    """The entry of this name says what is live in the accounts of the findings. Raises CannotAdoptError."""
    entry = next(each for each in edits.catalog.managed_policies if str(each.name) == name)
    planned = {each.account: each for each in edits.plan.managed_policies if each.name == name}
    following = _Following(edits, entry, planned, at)
    for each in findings:
        if each.change == "changed":
            following.compare(each.account, by_name(live.policies[each.account])[name.lower()].policy)
        else:
            following.gone.add(each.account)
    following.edit()


@dataclass(slots=True)
class _Following:
    """`planned` by account. `became`: by the place of a statement in the entry, by account: what it said and says now.

    `new`: statements by account that are no other way to say one of the entry; what stands for one that ends, ends too.
    """

    edits: Edits
    entry: ManagedPolicy
    planned: Mapping[str, PlannedPolicy]
    at: datetime
    gone: set[str] = field(default_factory=set)
    paths: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    became: defaultdict[int, dict[str, tuple[Statement, Statement | None]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    new: defaultdict[str, list[Statement]] = field(default_factory=lambda: defaultdict(list))

    def compare(self, account: str, live: Policy) -> None:
        """Note what differs in one account."""
        planned = self.planned[account]
        if live.name != planned.name:
            raise CannotAdoptError(f"its name is {live.name} in {account}, and IAM does not tell the two apart")
        if live.path != planned.path:
            self.paths[account] = live.path
        if (description := live.description_or(planned.description)) != planned.description:
            self.descriptions[account] = plain(description, "description")
        applying = [place for place, each in enumerate(self.entry.statements) if account in self._accounts(each)]
        for place, was, there in changes_between(planned.document, sayable(live.document)):
            if place is None or was is None:
                self.new[account].append(there or {})
            else:
                self.became[applying[place]][account] = (was, there)

    def edit(self) -> None:
        if self.gone >= set(self.planned):
            self.edits.leave(self.entry.source)
            return
        leaving = [place for place in sorted(self.became, reverse=True) if self._leaves(place)]
        self._add_new()
        file, address = self.edits.entry(self.entry.source)
        for place in leaving:
            file.remove((*address, "statements", place))
        for key, texts in (("path", self.paths), ("description", self.descriptions)):
            if texts:
                file.set(address, key, self._the_same_everywhere(key, texts))
        if self.gone:
            narrow(self.edits.sets, file, address, self.entry, self.gone)

    def _leaves(self, place: int) -> bool:
        """Whether the statement is in no account any more; else it is edited."""
        became, everywhere = self.became[place], self._accounts(self.entry.statements[place])
        file, address = self.edits.entry(self.entry.source)
        here = (*address, "statements", place)
        if everywhere == became.keys():
            keys = [None if there is None else changed_keys(was, there) for was, there in became.values()]
            if all(each == keys[0] for each in keys):
                was, _ = next(iter(became.values()))
                if keys[0] is not None:
                    rewrite(file, here, was, keys[0])
                return keys[0] is None
        expires = self.entry.statements[place].expires
        for account, (_, there) in became.items():
            if there is not None:
                self.new[account].append({**there, "expires": str(expires)} if expires else there)
        if everywhere <= became.keys() and not self._comes_to_others(place, became):
            return True
        self._narrow_statement(place, set(became))
        return False

    def _comes_to_others(self, place: int, became: Mapping[str, tuple[Statement, Statement | None]]) -> bool:
        """Whether accounts that come later have a statement that is kept somewhere, if in other words."""
        targets = self.entry.statements[place].targets or self.entry.targets
        kept = any(there is not None for _, there in became.values())
        return kept and not all(names_one_account(str(each)) for each in targets)

    def _narrow_statement(self, place: int, accounts: Collection[str]) -> None:
        file, address = self.edits.entry(self.entry.source)
        narrow(self.edits.sets, file, (*address, "statements", place), self.entry.statements[place], accounts)

    def _add_new(self) -> None:
        file, address = self.edits.entry(self.entry.source)
        selected = self.edits.index.select(map(str, self.entry.targets), map(str, self.entry.except_ or ()))
        for each in entries_of_new(self.edits, str(self.entry.name), self.new, selected - self.gone):
            file.append(address, "statements", each)

    def _accounts(self, statement: PolicyStatement) -> frozenset[str]:
        """Where a statement stands in the plan."""
        if expired(statement.expires, self.at):
            return frozenset()
        index, among = self.edits.index, frozenset(self.planned)
        chosen = among if statement.targets is None else among & index.select(map(str, statement.targets))
        return chosen - index.select(map(str, statement.except_ or ()))

    def _the_same_everywhere(self, key: str, texts: Mapping[str, str]) -> str:
        if len({*texts.values()}) > 1 or texts.keys() < self.planned.keys() - self.gone:
            raise CannotAdoptError(f"its {key} differs from account to account, and the catalog has one of a policy")
        return next(iter(texts.values()))
