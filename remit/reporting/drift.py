"""Drift that a run's own refresh found, and whether the run put it right. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from remit.delta import split_key
from remit.reporting.assignments import held, label_without_remark
from remit.reporting.events import Step
from remit.reporting.report import Found
from remit.resource_types import ACCOUNT_ASSIGNMENTS, MANAGED_POLICIES, STOCK_MANAGED_POLICY, STOCK_PERMISSION_SET

_WHAT = {
    STOCK_MANAGED_POLICY: "policy",
    MANAGED_POLICIES: "policies of account",
    STOCK_PERMISSION_SET: "permission set",
    ACCOUNT_ASSIGNMENTS: "assignments",
}
_NO_REPAIR = {"same", "refresh", "read"}


def drift_found(steps: Iterable[Step], account_names: Mapping[str, str]) -> tuple[Found, ...]:
    """What refresh steps found changed or gone. Repaired: a later step changed the same resource, and succeeded."""
    listed = list(steps)
    mended = {step.urn for step in listed if not step.refresh and not step.failed and step.op not in _NO_REPAIR}
    found = [
        Found(what=_what(step, account_names), changes=changes, repaired=step.urn in mended)
        for step in listed
        if step.refresh and not step.failed and step.type in _WHAT and (changes := tuple(_changes(step, account_names)))
    ]
    return tuple(sorted(found, key=lambda each: each.what))


def _what(step: Step, account_names: Mapping[str, str]) -> str:
    account, _, name = step.name.partition("/")
    if step.type == ACCOUNT_ASSIGNMENTS:
        return f"assignments of {step.name}"
    if step.type == MANAGED_POLICIES:
        return f"policies in {account_names.get(account) or account}"
    if step.type == STOCK_MANAGED_POLICY and name:
        return f"policy {name} in {account_names.get(account) or account}"
    return f"{_WHAT[step.type]} {step.name}"


def _changes(step: Step, account_names: Mapping[str, str]) -> Iterator[str]:
    """`+` is there and should not be, `-` should be there and is not, `~` differs."""
    if step.new is None:
        yield "- gone"
    elif step.type == ACCOUNT_ASSIGNMENTS:
        before, after = held(step.old), held(step.new)
        labels = {**before, **after}
        for mark, keys in (("+", after.keys() - before.keys()), ("-", before.keys() - after.keys())):
            for key in sorted(keys):
                account, principal_type, principal_id = split_key(key)
                who = label_without_remark(labels[key]) or f"{principal_type.lower()} {principal_id}"
                yield f"{mark} {who} in {account_names.get(account) or account}"
    else:
        yield from (f"~ {key}" for key in _differing(step))


def _differing(step: Step) -> list[str]:
    old, new = (step.old.inputs if step.old else {}), (step.new.inputs if step.new else {})
    return sorted(key for key in {*old, *new} if not key.startswith("__") and old.get(key) != new.get(key))
