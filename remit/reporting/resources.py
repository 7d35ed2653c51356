"""Steps over policies and permission sets, one by one or pooled by account, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from remit.reporting.events import Diagnostic, State, Step
from remit.reporting.report import Kind, Operation, ResourceChange
from remit.resource_types import (
    ACCOUNT_ASSIGNMENTS,
    MANAGED_POLICIES,
    POLICY_RELEASE,
    POLICY_WATCH,
    STOCK_MANAGED_POLICY,
    STOCK_PERMISSION_SET,
)

_OF_AN_ACCOUNT = {POLICY_WATCH, POLICY_RELEASE}
"""Beside the policies of an account under an alias: where one fails, those of the account are not touched."""
_KINDS = {STOCK_MANAGED_POLICY: Kind.POLICY, STOCK_PERMISSION_SET: Kind.PERMISSION_SET}
_OPERATIONS = {
    "create": Operation.CREATE,
    "update": Operation.UPDATE,
    "delete": Operation.DELETE,
    "replace": Operation.REPLACE,
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done, and what was tried and failed."""

    changed: tuple[ResourceChange, ...]
    failed: tuple[ResourceChange, ...]


def resource_changes(
    steps: Iterable[Step], diagnostics: Iterable[Diagnostic], account_names: Mapping[str, str]
) -> Changes:
    """Everything but assignments. A replacement's two halves are one change; a failure has its diagnostics' words."""
    listed = list(steps)
    reasons = _reasons(diagnostics)
    found = [change for step in listed if not step.refresh for change in _of(step, reasons, account_names)]
    found += _unfinished_replacements(listed, reasons, account_names)
    ordered = sorted(found, key=lambda each: (each.kind, each.name, each.account_name, each.account))
    return Changes(tuple(each for each in ordered if not each.reason), tuple(each for each in ordered if each.reason))


def _of(step: Step, reasons: Mapping[str, str], account_names: Mapping[str, str]) -> Iterator[ResourceChange]:
    operation = _OPERATIONS.get(step.op)
    if step.type == MANAGED_POLICIES and operation is not None:
        yield from _pooled(step, operation, reasons, account_names)
    elif step.failed and step.type in _OF_AN_ACCOUNT:
        yield _all_in(step, operation or Operation.UPDATE, reasons, account_names)
    elif step.failed and step.op != "create-replacement":
        if step.type != ACCOUNT_ASSIGNMENTS or step.urn in reasons:
            yield from _failure(step, reasons, account_names)
    elif operation is not None and step.type in _KINDS:
        yield _change(step, operation, account_names)


def _change(step: Step, operation: Operation, account_names: Mapping[str, str], reason: str = "") -> ResourceChange:
    kind = _KINDS.get(step.type, Kind.OTHER)
    account, _, name = step.name.partition("/")
    in_account = kind is Kind.POLICY and bool(name)
    return ResourceChange(
        kind=kind,
        name=name if in_account else step.name,
        operation=operation,
        account=account if in_account else "",
        account_name=account_names.get(account, "") if in_account else "",
        fields=_fields(step) if operation is Operation.UPDATE else (),
        reason=reason,
    )


def _failure(step: Step, reasons: Mapping[str, str], account_names: Mapping[str, str]) -> Iterator[ResourceChange]:
    if step.type == ACCOUNT_ASSIGNMENTS and step.new and "assignments" in step.new.outputs:
        return  # each assignment that failed is told by itself
    operation = _OPERATIONS.get(step.op.partition("-")[0], Operation.UPDATE)
    yield _change(step, operation, account_names, reasons.get(step.urn) or "failed, and the engine did not say why")


def _unfinished_replacements(
    steps: list[Step], reasons: Mapping[str, str], account_names: Mapping[str, str]
) -> Iterator[ResourceChange]:
    """A failed new half. (One that succeeded is told by the step `replace`, which follows it.)"""
    for step in steps:
        if step.op == "create-replacement" and step.failed:
            reason = reasons.get(step.urn) or "failed, and the engine did not say why"
            yield _change(step, Operation.REPLACE, account_names, reason)


def _pooled(
    step: Step, operation: Operation, reasons: Mapping[str, str], account_names: Mapping[str, str]
) -> Iterator[ResourceChange]:
    """The policies of one account, told one by one."""
    account = step.name

    def told(name: str, what: Operation, reason: str = "") -> ResourceChange:
        return ResourceChange(
            kind=Kind.POLICY,
            name=name,
            operation=what,
            account=account,
            account_name=account_names.get(account, ""),
            fields=("policy document",) if what is Operation.UPDATE and not reason else (),
            reason=reason,
        )

    failed = step.new.outputs.get("failed") if step.new and (not step.failed or "policies" in step.new.outputs) else {}
    failures = dict(failed) if isinstance(failed, dict) else {}
    for name, reason in failures.items():
        yield told(name, operation, str(reason))
    if step.failed and not failures:
        yield _all_in(step, operation, reasons, account_names)
        return
    before, after = _policies(step.old), _policies(step.new)
    for name in (before.keys() | after.keys()) - failures.keys():
        if name not in before:
            yield told(name, Operation.CREATE)
        elif name not in after:
            yield told(name, Operation.DELETE)
        elif before[name] != after[name]:
            yield told(name, Operation.UPDATE)


def _all_in(
    step: Step, operation: Operation, reasons: Mapping[str, str], account_names: Mapping[str, str]
) -> ResourceChange:
    return ResourceChange(
        kind=Kind.POLICY,
        name=f"all in {step.name}",
        operation=operation,
        account=step.name,
        account_name=account_names.get(step.name, ""),
        fields=(),
        reason=reasons.get(step.urn) or "failed, and the engine did not say why",
    )


def _policies(state: State | None) -> Mapping[str, object]:
    if state is None:
        return {}
    live = state.outputs.get("policies")
    found = live if isinstance(live, dict) else state.inputs.get("policies")
    return found if isinstance(found, dict) else {}


def _fields(step: Step) -> tuple[str, ...]:
    """`policyDocument.Statement[0].Action` is the policy document."""
    tops = {re.split(r"[.\[]", path, maxsplit=1)[0] for path in step.paths}
    return tuple(sorted(_WORD.sub(" ", top).lower() for top in tops if top))


def _reasons(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for each in diagnostics:
        if each.severity == "error" and each.urn:
            reasons[each.urn] = f"{reasons[each.urn]}\n{each.message}" if each.urn in reasons else each.message
    return reasons
