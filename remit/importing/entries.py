"""What was found → the entries of a catalog, as plain values in the order in which a person writes their keys."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from remit.account_sets import AccountSets, Selection
from remit.catalog.fields import ISO_DURATION
from remit.catalog.models import BY_ID, Settings
from remit.documents import statements_of
from remit.importing.access import Block, Cell, fold
from remit.importing.ends import NEVER, attachment_key
from remit.importing.found import Found, FoundAssignment, FoundPolicy, LeftOut, SetTerms
from remit.importing.inline_policies import as_written
from remit.importing.policies import FoldedPolicy, Reasons, fold_policies
from remit.permission_set import LivePermissionSet
from remit.selectors import AccountIndex, describe

Entry = Mapping[str, Any]
IGNORED = "ignore_permission_sets of organization.yaml leaves it alone"
AWS_POLICY = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a catalog by the kinds of its files, sorted: they say what is in `said`, and nothing else.

    `account_vars`, by account id, are what organization.yaml must say for the policies.
    """

    said: Found

    managed_policies: tuple[Entry, ...] = ()
    permission_sets: tuple[Entry, ...] = ()
    access: tuple[Entry, ...] = ()
    account_vars: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def entries_of(found: Found, settings: Settings) -> Entries:
    """The catalog that gives what was found. `settings`: the suffix of groups, the permission sets to leave alone.

    Raises CatalogError for an inline policy that would mean something else in the catalog.
    """
    index = AccountIndex(found.organization)
    sets = AccountSets(index)
    ours, rewritten = as_written(each for each in found.permission_sets if not ignored(each.name, settings))
    untouched = {name.casefold() for name in found.untouched}
    active = [
        policy
        for policy in found.policies
        if policy.account in index.active and policy.name.casefold() not in untouched
    ]
    whole, lacking = without_lacking(active, ours, _needed(found, index), found.unread)
    policies, beyond_words = fold_policies(whole, found.organization.account_by_id, sets)
    left_out = [*lacking, *beyond_words]
    names = {entry.name for entry in ours}
    said = replace(
        found,
        permission_sets=ours,
        assignments=tuple(
            each for each in found.assignments if each.permission_set in names and each.account in index.active
        ),
        policies=_without(active, [policy for policy, _ in left_out]),
        unread={},
        set_terms={name: terms for name, terms in found.set_terms.items() if name in names},
    )
    own = {(policy.name, policy.path) for policy in policies} | {*found.untouched.items()}
    return Entries(
        said,
        tuple(_policy(policy) for policy in policies),
        tuple(
            _permission_set(entry, found.terms_of(entry.name), own)
            for entry in sorted(ours, key=lambda each: each.name)
        ),
        tuple(access_entries(said.assignments, settings, sets)),
        _account_vars(policies),
        (
            *_unread(found),
            *(LeftOut(label(policy), reason, policy.name) for policy, reason in left_out),
            *rewritten,
            *_not_active(found, index),
            *_left_alone(found, settings),
        ),
    )


def _without(policies: Iterable[FoundPolicy], left_out: Iterable[FoundPolicy]) -> tuple[FoundPolicy, ...]:
    gone = {(policy.account, policy.name) for policy in left_out}
    return tuple(policy for policy in policies if (policy.account, policy.name) not in gone)


def label(policy: FoundPolicy) -> str:
    return f"policy {policy.path}{policy.name} in {policy.account}"


def _unread(found: Found) -> Iterator[LeftOut]:
    for id_, reason in sorted(found.unread.items()):
        yield LeftOut(f"the policies of account {describe(found.organization.account_by_id[id_])}", reason)


def _not_active(found: Found, index: AccountIndex) -> Iterator[LeftOut]:
    """What accounts have that are not ACTIVE: it stays as it is, and nothing can change it."""
    holding = {each.account for each in found.assignments} | {each.account for each in found.policies}
    for id_ in sorted(holding - index.active):
        account = found.organization.account_by_id.get(id_)
        what, why = (describe(account), f"is {account.state}") if account else (id_, "has left the organization")
        yield LeftOut(f"all that account {what} has", f"it {why}: Remit leaves it alone")


def _left_alone(found: Found, settings: Settings) -> Iterator[LeftOut]:
    """Permission sets of another tool's files that organization.yaml ignores: of what is live they are no news."""
    for entry in found.permission_sets if found.knows_its_own_alone else ():
        if ignored(entry.name, settings):
            yield LeftOut(f"permission set {entry.name}", IGNORED)


def ignored(name: str, settings: Settings) -> bool:
    return any(fnmatchcase(name, glob) for glob in settings.ignore_permission_sets)


def _needed(found: Found, index: AccountIndex) -> Mapping[str, set[str]]:
    """The ACTIVE accounts in which each permission set is assigned."""
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for each in found.assignments:
        if each.account in index.active:
            needed[each.permission_set].add(each.account)
    return needed


def without_lacking(
    policies: Iterable[FoundPolicy],
    permission_sets: Iterable[LivePermissionSet],
    needed: Mapping[str, set[str]],
    unread: Collection[str],
) -> tuple[list[FoundPolicy], Reasons]:
    """The policies less those that some account lacks, where a permission set that refers to them is assigned.

    In the catalog such a one is an error, and to make it where it is missing is not for an import.
    """
    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for policy in (policies := list(policies)):
        holders[policy.name, policy.path].add(policy.account)
    reasons: dict[tuple[str, str], str] = {}
    for entry in permission_sets:
        for reference in references_of(entry):
            if lack := needed.get(entry.name, set()) - holders.get(reference, needed.get(entry.name, set())):
                where = min(lack)
                why = "whose policies could not be read" if where in unread else "which lacks it"
                reasons[reference] = f"permission set {entry.name} is assigned in {where}, {why}"
    kept = [policy for policy in policies if (policy.name, policy.path) not in reasons]
    return kept, [(policy, reasons[key]) for policy in policies if (key := (policy.name, policy.path)) in reasons]


def references_of(entry: LivePermissionSet) -> Iterator[tuple[str, str]]:
    """Names and paths of the customer managed policies that a permission set refers to, its boundary included."""
    yield from entry.customer_managed_policies
    if entry.permissions_boundary and "name" in entry.permissions_boundary:
        yield entry.permissions_boundary["name"], entry.permissions_boundary["path"]


def _account_vars(policies: Iterable[FoldedPolicy]) -> Mapping[str, Mapping[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for policy in policies:
        for account, values in policy.account_vars.items():
            found[account].update(values)
    return dict(sorted(found.items()))


def _policy(policy: FoldedPolicy) -> Entry:
    return {
        "name": policy.name,
        **({"path": policy.path} if policy.path != "/" else {}),
        **({"description": policy.description} if policy.description else {}),
        **where(policy.where),
        **_terms(policy.expires, policy.drift),
        "statements": [{**entry.statement, **where(entry.where)} for entry in policy.statements],
    }


def where(selection: Selection) -> Entry:
    """`targets` and `except`, each a single selector where one is enough."""
    given = {"targets": selection.targets, "except": selection.without}
    return {key: texts[0] if len(texts) == 1 else list(texts) for key, texts in given.items() if texts}


def _terms(expires: str, drift: str) -> Entry:
    given = {"expires": expires, "drift": drift}
    return {key: text for key, text in given.items() if text}


def _permission_set(entry: LivePermissionSet, terms: SetTerms, ours: Collection[tuple[str, str]]) -> Entry:
    """`ours` are the names and paths of the catalog's own policies."""

    def until(policy: str | Entry, end: str) -> str | Entry:
        if not end:
            return policy
        return {**({"name": policy} if isinstance(policy, str) else policy), "expires": end}

    ends = terms.attached
    aws = [
        until(arn.removeprefix(AWS_POLICY), ends.get(attachment_key(arn), NEVER)) for arn in entry.aws_managed_policies
    ]
    customer = [
        until(written_reference(*each, ours), ends.get(attachment_key(each), NEVER))
        for each in entry.customer_managed_policies
    ]
    inline = entry.inline_policy
    given = {
        "description": entry.description,
        "session_duration": written_duration(entry.session_duration),
        "relay_state": entry.relay_state,
        "aws_managed_policies": aws,
        "customer_managed_policies": customer,
        "inline_policy": {"statements": statements_of(inline)} if inline else None,
        "permissions_boundary": written_boundary(entry, ours),
        "tags": dict(entry.tags),
        **_terms(terms.expires, terms.drift),
    }
    return {"name": entry.name, **{key: value for key, value in given.items() if value}}


def written_boundary(entry: LivePermissionSet, ours: Collection[tuple[str, str]]) -> Entry | None:
    boundary = entry.permissions_boundary
    if boundary is None:
        return None
    if "aws_managed" in boundary:
        return {"aws_managed": boundary["aws_managed"].removeprefix(AWS_POLICY)}
    return {"customer_managed": written_reference(boundary["name"], boundary["path"], ours)}


def written_reference(name: str, path: str, ours: Collection[tuple[str, str]]) -> str | Entry:
    """By name where the catalog has the policy; else somebody else makes it."""
    return name if (name, path) in ours else {"name": name, "path": path, "external": True}


def access_entries(assignments: Collection[FoundAssignment], settings: Settings, sets: AccountSets) -> Iterator[Entry]:
    """Access rules for the assignments, groups before users: by permission set, then by who holds it.

    What ends at another time, or has another mode, is never in one rule.
    """
    for principal_type, key in (("GROUP", "groups"), ("USER", "users")):
        held: defaultdict[tuple[str, str], defaultdict[Cell, set[str]]] = defaultdict(lambda: defaultdict(set))
        for each in assignments:
            if each.principal_type == principal_type:
                cell = (_principal(each, settings), each.permission_set)
                held[each.expires, each.drift][cell].add(each.account)
        rules = [(block, terms) for terms in held for block in fold(held[terms])]
        for block, terms in sorted(rules, key=lambda rule: (rule[0].permission_sets, rule[0].principals, rule[1])):
            yield _rule(key, block, terms, sets)


def _rule(key: str, block: Block, terms: tuple[str, str], sets: AccountSets) -> Entry:
    accounts = where(sets.selection(block.accounts))
    named = {key: list(block.principals), "permission_sets": list(block.permission_sets)}
    return {**named, **accounts, **_terms(*terms)}


def _principal(assignment: FoundAssignment, settings: Settings) -> str:
    """As the catalog names it, without the suffix; by id where it is gone, or has a name that cannot be said."""
    name, by_id = assignment.principal, f"{BY_ID}{assignment.principal_id}"
    if not name or name.startswith(BY_ID):
        return by_id
    if assignment.principal_type == "USER":
        return name
    short = name.removesuffix(settings.group_suffix)
    written = short if settings.full_group_name(short) == name else name
    return written if settings.full_group_name(written) == name else by_id


def written_duration(iso: str) -> str:
    """PT8H → 8h, PT1H30M → 1h 30m; AWS's default of an hour goes without saying."""
    found = ISO_DURATION.fullmatch(iso)
    if iso == "PT1H" or not found:
        return "" if found else iso
    return re.sub(r"(?<=[HM])(?=\d)", " ", iso.removeprefix("PT")).lower()
