"""Adoption: what exists under the names of a plan is taken over as it is, and what will differ is said. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from remit.documents import canonical, same_meaning
from remit.errors import listed
from remit.managed_policy import LivePolicy, Policy, by_name
from remit.permission_set import LivePermissionSet
from remit.plan import Plan, PlannedPermissionSet, PlannedPolicy
from remit.policy_shape import same_statement, shaped


@dataclass(frozen=True, slots=True)
class Adoption:
    """What exists: policies by (account, name as planned), and ARNs of permission sets by name.

    `remarks` say what will differ once they are no longer adopted, a line for each.
    """

    policies: Mapping[tuple[str, str], LivePolicy] = field(default_factory=dict)
    permission_sets: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def applied_to(self, plan: Plan) -> Plan:
        """The plan with every policy that exists as it is: carried out, it changes none of them."""
        return replace(plan, managed_policies=tuple(self._as_it_is(each) for each in plan.managed_policies))

    def _as_it_is(self, planned: PlannedPolicy) -> PlannedPolicy:
        found = self.policies.get((planned.account, planned.name))
        if found is None or found.policy.same(_wanted(planned)):
            return planned
        there = found.policy
        return replace(
            planned,
            name=there.name,
            path=there.path,
            description=there.description_or(planned.description),
            document=there.document,
        )


NOTHING = Adoption()


def adoption_of(
    plan: Plan, policies: Mapping[str, Iterable[LivePolicy]], permission_sets: Iterable[LivePermissionSet]
) -> Adoption:
    """`policies`: those that live in each account, by its id; `permission_sets`: those of the instance."""
    live = {account: by_name(found) for account, found in policies.items()}
    matches = [
        (planned, found)
        for planned in plan.managed_policies
        if (found := live.get(planned.account, {}).get(planned.name.lower())) is not None
    ]
    planned_sets = {each.name: each for each in plan.permission_sets}
    sets = [(planned_sets[each.name], each) for each in permission_sets if each.name in planned_sets]
    return Adoption(
        {(planned.account, planned.name): found for planned, found in matches},
        {found.name: found.arn for _, found in sets},
        (*_policy_remarks(matches), *_permission_set_remarks(sets)),
    )


def policy_differences(live: Policy, wanted: Policy) -> tuple[str, ...]:
    """What of a live policy is not as wanted, in words: `path /old/`, `statement NoIam`."""
    found = [
        f"{key} {_shown(getattr(live, key))}" for key in ("name", "path", "description") if _differs(key, live, wanted)
    ]
    if not same_meaning(live.document, wanted.document):
        found += _statements(live, wanted) or ["the order of its document"]
    return tuple(found)


def permission_set_differences(live: LivePermissionSet, wanted: PlannedPermissionSet) -> tuple[str, ...]:
    """The fields of a live permission set that are not as wanted, by the catalog's names."""
    names = [each.name for each in fields(live) if each.name not in {"name", "arn"}]
    return tuple(name for name in names if _value(name, live) != _value(name, wanted))


def _policy_remarks(matches: Iterable[tuple[PlannedPolicy, LivePolicy]]) -> Iterator[str]:
    """Accounts in which the same differs share a line."""
    accounts: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for planned, found in matches:
        accounts[planned.name, policy_differences(found.policy, _wanted(planned))].append(planned.account)
    for (name, differences), where in sorted(accounts.items()):
        if differences:
            fixed = [each for each in differences if each.partition(" ")[0] in {"name", "path", "description"}]
            made_anew = " (made anew then: IAM fixes that at creation)" if fixed else ""
            what = f"policy {name} in {listed(where)} is taken over as it is"
            yield f"{what}; it differs in {', '.join(differences)}{made_anew}"


def _permission_set_remarks(sets: Iterable[tuple[PlannedPermissionSet, LivePermissionSet]]) -> Iterator[str]:
    for wanted, live in sorted(sets, key=lambda each: each[0].name):
        if differences := permission_set_differences(live, wanted):
            yield f"permission set {live.name} is taken over as it is; it differs in {', '.join(differences)}"


def _wanted(planned: PlannedPolicy) -> Policy:
    return Policy(planned.name, planned.path, planned.description, planned.document)


def _differs(key: str, live: Policy, wanted: Policy) -> bool:
    there = getattr(live, key)
    return there is not None and bool(there != getattr(wanted, key))


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 40 else repr(f"{text[:37]}…")


def _statements(live: Policy, wanted: Policy) -> list[str]:
    old, new = shaped(live)["statements"], shaped(wanted)["statements"]
    return [
        f"statement {key}"
        for key in sorted(old.keys() | new.keys())
        if key not in old or key not in new or not same_statement(old[key], new[key])
    ]


def _value(name: str, entry: LivePermissionSet | PlannedPermissionSet) -> object:
    value = getattr(entry, name)
    if name == "inline_policy" and value is not None:
        return canonical(value)
    if name in {"aws_managed_policies", "customer_managed_policies"}:
        return frozenset(value)
    return dict(value) if isinstance(value, Mapping) else value
