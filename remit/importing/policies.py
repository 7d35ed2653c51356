"""Policies of one name in many accounts → one entry of the catalog, its statements where they apply.

A statement that says the same in several accounts is written once; where only the account's id, name or tags differ,
with variables; where the source has variables of its own, with those. Which accounts get it becomes its `targets`.
What ends at different times stays apart. The order of statements means nothing to IAM.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from remit.account_sets import AccountSets, Selection
from remit.documents import VERSION, Document, meaning, statements_of
from remit.importing.ends import NEVER, first
from remit.importing.found import FoundPolicy
from remit.importing.variables import Rewrite, rewrites, rewritten
from remit.organization import Account

Statement = Mapping[str, Any]
_WITH_VARIABLES = ("Resource", "NotResource", "Condition")
_ACCOUNT_VAR = re.compile(r"\{\{account\.vars\.(.+?)\}\}")


@dataclass(frozen=True, slots=True)
class FoldedStatement:
    """A statement with the variables that it needs. `where` is empty: in every account of its policy."""

    statement: Statement
    where: Selection


@dataclass(frozen=True, slots=True)
class FoldedPolicy:
    """One entry of the catalog. Its texts may hold variables; `account_vars`, by account id, go with them."""

    name: str
    path: str
    description: str
    where: Selection
    statements: tuple[FoldedStatement, ...]
    account_vars: Mapping[str, Mapping[str, str]]
    expires: str = NEVER
    drift: str = ""


@dataclass(frozen=True, slots=True)
class _Unit:
    """One statement of one account, and the forms that it can take: as it is, then with more and more variables."""

    account: str
    position: int
    forms: tuple[Statement, ...]
    keys: tuple[str, ...]


Reasons = list[tuple[FoundPolicy, str]]
"""Policies that no entry can say, and why."""


def fold_policies(
    policies: Iterable[FoundPolicy], accounts: Mapping[str, Account], sets: AccountSets
) -> tuple[list[FoldedPolicy], Reasons]:
    """One entry a name, sorted, and the policies that are left out. All of them in ACTIVE accounts."""
    by_name: defaultdict[str, list[FoundPolicy]] = defaultdict(list)
    left_out: Reasons = []
    for policy in sorted(policies, key=lambda policy: (policy.name, policy.account)):
        if reason := beyond_words(policy):
            left_out.append((policy, reason))
        else:
            by_name[policy.name.casefold()].append(policy)
    folded = []
    for alike in by_name.values():
        kept, others = _of_one_kind(alike)
        left_out += others
        folded.append(_fold(kept, accounts, sets))
    return folded, left_out


def beyond_words(policy: FoundPolicy) -> str:
    """Why a policy cannot be said in the catalog; empty if it can."""
    document = policy.document
    if (version := document.get("Version", "left out")) != VERSION:
        return f"its Version is {version!r}, where variables mean something else; Remit writes {VERSION}"
    if strange := sorted(document.keys() - {"Version", "Statement"}):
        return f"its document has {', '.join(strange)}, for which the catalog has no word"
    if "{{" in json.dumps(document) or "{{" in policy.description:
        return "it holds {{, which is a variable in the catalog"
    return ""


def _of_one_kind(policies: Sequence[FoundPolicy]) -> tuple[list[FoundPolicy], Reasons]:
    """A catalog has one policy of a name, with one path: the spelling and path of most of them are kept."""
    (name, path), _ = min(
        Counter((policy.name, policy.path) for policy in policies).items(), key=lambda entry: (-entry[1], entry[0])
    )
    reason = f"most accounts have it as {path}{name}, and the catalog has one policy of a name"
    kept = [policy for policy in policies if (policy.name, policy.path) == (name, path)]
    return kept, [(policy, reason) for policy in policies if (policy.name, policy.path) != (name, path)]


def _fold(policies: Sequence[FoundPolicy], accounts: Mapping[str, Account], sets: AccountSets) -> FoldedPolicy:
    everywhere = frozenset(policy.account for policy in policies)
    expires, policies = _common_end(policies)
    worded = any(policy.wording for policy in policies)
    units = [unit for policy in policies for unit in _units(policy, accounts[policy.account], worded=worded)]
    description, account_vars = _description(policies, accounts)
    statements = sorted(_statements(units), key=lambda found: (found[0], -len(found[1]), found[2]))
    values = _Values(policies, account_vars)
    for _, where, _, statement in statements:
        values.need(json.dumps(statement), where)
    drifts = {policy.drift for policy in policies}
    return FoldedPolicy(
        policies[0].name,
        policies[0].path,
        description,
        sets.selection(everywhere),
        tuple(FoldedStatement(statement, _among(where, everywhere, sets)) for _, where, _, statement in statements),
        values.needed,
        expires,
        drifts.pop() if len(drifts) == 1 else "",
    )


def _common_end(policies: Sequence[FoundPolicy]) -> tuple[str, Sequence[FoundPolicy]]:
    """The end of a policy that has one in all of its accounts; where they differ, the statements end instead."""
    ends = {policy.expires for policy in policies}
    if len(ends) == 1:
        return ends.pop(), policies
    return NEVER, [replace(policy, expires=NEVER, **_ending_statements(policy)) for policy in policies]


def _ending_statements(policy: FoundPolicy) -> dict[str, Any]:
    def ending(document: Document) -> Document:
        ends = ((each, first(each.get("expires", NEVER), policy.expires)) for each in statements_of(document))
        return {**document, "Statement": [{**each, "expires": end} if end else each for each, end in ends]}

    wording = policy.wording
    return {
        "document": ending(policy.document),
        "wording": replace(wording, document=ending(wording.document)) if wording else None,
    }


class _Values:
    """The variables of accounts that an entry needs, found in its texts."""

    def __init__(self, policies: Iterable[FoundPolicy], needed: Mapping[str, Mapping[str, str]]) -> None:
        self._known = {policy.account: policy.wording.account_vars for policy in policies if policy.wording}
        self._needed = {account: dict(values) for account, values in needed.items()}

    def need(self, text: str, accounts: Iterable[str]) -> None:
        for key in _ACCOUNT_VAR.findall(text):
            for account in accounts:
                self._needed.setdefault(account, {})[key] = self._known[account][key]

    @property
    def needed(self) -> Mapping[str, Mapping[str, str]]:
        return self._needed


def _units(policy: FoundPolicy, account: Account, *, worded: bool) -> Iterable[_Unit]:
    seen: Counter[str] = Counter()
    said = statements_of(policy.wording.document) if policy.wording else []
    for position, statement in enumerate(statements_of(policy.document)):
        forms = [statement, *(_with_variables(statement, rewrite) for rewrite in rewrites(account))]
        if worded:
            forms.append(said[position] if said else forms[-1])
        keys = [meaning(form) for form in forms]
        seen[keys[0]] += 1  # the same statement twice in one document stays twice
        yield _Unit(policy.account, position, tuple(forms), tuple(f"{seen[keys[0]]} {key}" for key in keys))


def _with_variables(statement: Statement, rewrite: Rewrite) -> Statement:
    return {key: rewritten(value, rewrite) if key in _WITH_VARIABLES else value for key, value in statement.items()}


def _statements(units: Sequence[_Unit]) -> Iterable[tuple[int, frozenset[str], str, Statement]]:
    """Each statement once: its first position, its accounts, a key to sort by, and what it says."""
    left = list(units)
    for level in reversed(range(len(units[0].keys))):
        groups: defaultdict[str, list[_Unit]] = defaultdict(list)
        for unit in left:
            groups[unit.keys[level]].append(unit)
        left = []
        for key, group in groups.items():
            if level and len({unit.keys[level - 1] for unit in group}) == 1:
                left += group  # these variables unite nothing
            else:
                yield min(unit.position for unit in group), _accounts(group), key, group[0].forms[level]


def _accounts(group: Iterable[_Unit]) -> frozenset[str]:
    return frozenset(unit.account for unit in group)


def _among(accounts: frozenset[str], everywhere: frozenset[str], sets: AccountSets) -> Selection:
    """The accounts of a statement among those of its policy: what it says itself, or what it leaves out, if shorter."""
    if accounts == everywhere:
        return Selection()
    chosen, left_out = sets.selection(accounts), sets.selection(everywhere - accounts)
    if not left_out.without and len(left_out) < len(chosen):
        return Selection((), left_out.targets)
    return chosen


def _description(
    policies: Sequence[FoundPolicy], accounts: Mapping[str, Account]
) -> tuple[str, Mapping[str, Mapping[str, str]]]:
    """One text for all: as it is, as its source words it, with variables, or a variable of its own in each account."""
    if len(same := {policy.description for policy in policies}) == 1:
        return same.pop(), {}
    worded = {policy.wording.description if policy.wording else policy.description for policy in policies}
    if len(worded) == 1:
        values = _Values(policies, {})
        values.need(text := worded.pop(), [policy.account for policy in policies])
        return text, values.needed
    ways = zip(*(rewrites(accounts[policy.account]) for policy in policies), strict=True)
    for rewriting in ways:
        texts = {rewrite(policy.description) for rewrite, policy in zip(rewriting, policies, strict=True)}
        if len(texts) == 1:
            return texts.pop(), {}
    key = f"{policies[0].name}-description"
    return f"{{{{account.vars.{key}}}}}", {policy.account: {key: policy.description} for policy in policies}
