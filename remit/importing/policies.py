"""Policies of one name in many accounts → one entry of the catalog, its statements where they apply.

A statement that says the same in several accounts is written once; where only the account's id, name or tags differ,
with variables. Which accounts get it becomes its `targets`. The order of statements means nothing to IAM.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.account_sets import AccountSets, Selection
from remit.documents import VERSION, Document, canonical
from remit.importing.found import FoundPolicy
from remit.importing.variables import Rewrite, rewrites, rewritten
from remit.organization import Account

Statement = Mapping[str, Any]
_WITH_VARIABLES = ("Resource", "NotResource", "Condition")


@dataclass(frozen=True, slots=True)
class FoldedStatement:
    """A statement with the variables that it needs. `where` is empty: in every account of its policy."""

    statement: Statement
    where: Selection


@dataclass(frozen=True, slots=True)
class FoldedPolicy:
    """One entry of the catalog. Its `description` may hold variables; `account_vars`, by account id, go with it."""

    name: str
    path: str
    description: str
    where: Selection
    statements: tuple[FoldedStatement, ...]
    account_vars: Mapping[str, Mapping[str, str]]


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
        if reason := _beyond_words(policy):
            left_out.append((policy, reason))
        else:
            by_name[policy.name.casefold()].append(policy)
    folded = []
    for alike in by_name.values():
        kept, others = _of_one_kind(alike)
        left_out += others
        folded.append(_fold(kept, accounts, sets))
    return folded, left_out


def _beyond_words(policy: FoundPolicy) -> str:
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
    kept = [policy for policy in policies if (policy.name, policy.path) == (name, path)]
    reason = f"most accounts have it as {path}{name}, and the catalog has one policy of a name"
    return kept, [(policy, reason) for policy in policies if policy not in kept]


def _fold(policies: Sequence[FoundPolicy], accounts: Mapping[str, Account], sets: AccountSets) -> FoldedPolicy:
    everywhere = frozenset(policy.account for policy in policies)
    units = [unit for policy in policies for unit in _units(policy, accounts[policy.account])]
    description, account_vars = _description(policies, accounts)
    statements = sorted(_statements(units), key=lambda found: (found[0], -len(found[1]), found[2]))
    return FoldedPolicy(
        policies[0].name,
        policies[0].path,
        description,
        sets.selection(everywhere),
        tuple(FoldedStatement(statement, _among(where, everywhere, sets)) for _, where, _, statement in statements),
        account_vars,
    )


def _units(policy: FoundPolicy, account: Account) -> Iterable[_Unit]:
    seen: Counter[str] = Counter()
    for position, statement in enumerate(_as_list(policy.document["Statement"])):
        forms = (statement, *(_with_variables(statement, rewrite) for rewrite in rewrites(account)))
        keys = [_key(form) for form in forms]
        seen[keys[0]] += 1  # the same statement twice in one document stays twice
        yield _Unit(policy.account, position, forms, tuple(f"{seen[keys[0]]} {key}" for key in keys))


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
    """One text for all: as it is, with variables, or a variable of its own in each account."""
    if len(same := {policy.description for policy in policies}) == 1:
        return same.pop(), {}
    ways = zip(*(rewrites(accounts[policy.account]) for policy in policies), strict=True)
    for rewriting in ways:
        texts = {rewrite(policy.description) for rewrite, policy in zip(rewriting, policies, strict=True)}
        if len(texts) == 1:
            return texts.pop(), {}
    key = f"{policies[0].name}-description"
    return f"{{{{account.vars.{key}}}}}", {policy.account: {key: policy.description} for policy in policies}


def _key(statement: Statement) -> str:
    return json.dumps(canonical({"Statement": [statement]}), sort_keys=True)


def _as_list(value: Document | Sequence[Document]) -> Sequence[Document]:
    return [value] if isinstance(value, Mapping) else value
