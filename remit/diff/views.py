"""Plans, fresh or saved, as what is compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from remit.diff.ends import moment
from remit.diff.values import Ends, Grant, Policy, View
from remit.errors import Source
from remit.expiry import Expiry
from remit.plan import Plan, permission_set_json

Shown = Callable[[Source], str]


def view_of(plan: Plan, shown: Shown = str, ends: Ends | None = None) -> View:
    """A plan to compare. `shown` says a place in the words of the reader; `ends`, of its catalog, when access ends."""
    places: dict[Source, str] = {}

    def place(source: Source) -> str:
        if source not in places:
            places[source] = shown(source)
        return places[source]

    accounts: defaultdict[Grant, set[str]] = defaultdict(set)
    sources: defaultdict[tuple[Grant, str], set[str]] = defaultdict(set)
    grants: dict[tuple[str, str, str], Grant] = {}
    rule_ends = ends.rules if ends else {}
    grant_ends: defaultdict[Grant, dict[str, Expiry]] = defaultdict(dict)
    for each in plan.assignments:
        key = (each.permission_set, each.principal_type, each.principal)
        grant = grants.get(key) or grants.setdefault(key, Grant(*key))
        accounts[grant].add(each.account)
        for source in each.sources:
            sources[grant, place(source)].add(each.account)
        if rule_ends and all(source in rule_ends for source in each.sources):
            grant_ends[grant][each.account] = max((rule_ends[source] for source in each.sources), key=moment)
    policies: defaultdict[str, dict[str, Policy]] = defaultdict(dict)
    for policy in plan.managed_policies:
        policies[policy.name][policy.account] = Policy(
            policy.path, policy.description, policy.document, place(policy.source)
        )
    return _view(
        accounts,
        sources,
        policies,
        {each.name: {**permission_set_json(each), "source": place(each.source)} for each in plan.permission_sets},
        ends,
        dict(grant_ends),
    )


def saved_view(text: str) -> View:
    """What `remit plan --json` printed. Raises ValueError for anything else."""
    try:
        return _saved(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not what `remit plan --json` prints ({error})") from error


def _saved(plan: Mapping[str, Any]) -> View:
    accounts: defaultdict[Grant, set[str]] = defaultdict(set)
    sources: defaultdict[tuple[Grant, str], set[str]] = defaultdict(set)
    for each in plan["assignments"]:
        grant = Grant(str(each["permission_set"]), str(each["principal_type"]), str(each["principal"]))
        accounts[grant].add(str(each["account"]))
        sources[grant, str(each["source"])].add(str(each["account"]))
    policies: defaultdict[str, dict[str, Policy]] = defaultdict(dict)
    for each in plan["managed_policies"]:
        document = {**each["document"]}
        policy = Policy(str(each["path"]), str(each["description"]), document, str(each["source"]))
        policies[str(each["name"])][str(each["account"])] = policy
    return _view(accounts, sources, policies, {str(each["name"]): {**each} for each in plan["permission_sets"]}, None)


def _view(
    accounts: Mapping[Grant, Iterable[str]],
    sources: Mapping[tuple[Grant, str], Iterable[str]],
    policies: Mapping[str, Mapping[str, Policy]],
    permission_sets: Mapping[str, Mapping[str, Any]],
    ends: Ends | None,
    grant_ends: Mapping[Grant, Mapping[str, Expiry]] | None = None,
) -> View:
    by_grant: defaultdict[Grant, dict[str, frozenset[str]]] = defaultdict(dict)
    for (grant, source), given in sources.items():
        by_grant[grant][source] = frozenset(given)
    return View(
        {grant: frozenset(each) for grant, each in accounts.items()},
        dict(by_grant),
        dict(policies),
        permission_sets,
        ends,
        grant_ends or {},
    )
