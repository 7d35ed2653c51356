"""Steps over AccountAssignments as single assignments, with names. Pure.

Its outputs hold the counts and failures of the last change only, so that they are read in steps of this run alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remit.delta import by_strangers, split_key
from remit.reporting.events import State, Step
from remit.reporting.report import AssignmentChange, Assignments
from remit.resource_types import ACCOUNT_ASSIGNMENTS

_CHANGING = {"create", "update", "delete", "create-replacement", "delete-replaced", "replace"}


def assignment_changes(steps: Iterable[Step], account_names: Mapping[str, str]) -> Assignments:
    """What the steps created, deleted and could not do, in the order of permission sets and accounts."""
    created: list[AssignmentChange] = []
    deleted: list[AssignmentChange] = []
    failed: list[AssignmentChange] = []
    unlisted = 0
    for step in steps:
        if step.type != ACCOUNT_ASSIGNMENTS or step.refresh or step.op not in _CHANGING:
            continue
        before, after = held(step.old), held(step.new)
        failures = _failures(step)
        if step.failed and not _partly_done(step):
            after = before  # nothing was written
        named = _namer(step.name, _labels(step), account_names)
        new, gone = after.keys() - before.keys(), before.keys() - after.keys() - _spared(step, before)
        created += [named(key) for key in new if key not in failures]
        deleted += [named(key) for key in gone if key not in failures]
        failed += [named(key, reason) for key, reason in failures.items()]
        unlisted += max(_count(step, "deleted") - len(gone), 0)
    return Assignments(
        created=tuple(sorted(created, key=_order)),
        deleted=tuple(sorted(deleted, key=_order)),
        failed=tuple(sorted(failed, key=_order)),
        unlisted=unlisted,
    )


def held(state: State | None) -> dict[str, str]:
    """{key: label} that a state says is there: its inputs, but after a partial failure its outputs."""
    if state is None:
        return {}
    live = state.outputs.get("assignments")
    found = live if isinstance(live, dict) else state.inputs.get("assignments")
    return dict(found) if isinstance(found, dict) else {}


def _spared(step: Step, before: Mapping[str, str]) -> set[str]:
    """What is no longer ours and stays: in accounts that left the scope, and strangers' that are only reported now."""
    if step.new is None:
        return set()
    scope, reports = step.new.inputs.get("scope"), step.new.inputs.get("unmanaged") == "report"
    return {
        key
        for key, label in before.items()
        if (isinstance(scope, list) and split_key(key)[0] not in scope) or (reports and by_strangers(label))
    }


def _labels(step: Step) -> dict[str, str]:
    """What keys are called, wherever the step has them."""
    labels: dict[str, str] = {}
    for state in (step.new, step.old):
        for properties in (state.inputs, state.outputs) if state else ():
            found = properties.get("assignments")
            labels |= found if isinstance(found, dict) else {}
    return labels


def label_without_remark(label: str) -> str:
    """The principal's name in a label: `ada, not in the catalog` is ada."""
    name = label.removesuffix("not in the catalog").rstrip().removesuffix(",")
    return name.strip()


class _namer:  # noqa: N801 - a function with a memory
    def __init__(self, permission_set: str, labels: Mapping[str, str], account_names: Mapping[str, str]) -> None:
        self._permission_set, self._labels, self._accounts = permission_set, labels, account_names

    def __call__(self, key: str, reason: str = "") -> AssignmentChange:
        account, principal_type, principal_id = split_key(key)
        return AssignmentChange(
            permission_set=self._permission_set,
            account=account,
            account_name=self._accounts.get(account, ""),
            principal_type=principal_type,
            principal_id=principal_id,
            principal=label_without_remark(self._labels.get(key, "")),
            reason=reason,
        )


def _partly_done(step: Step) -> bool:
    """Whether the failed step's own outputs came with it: then they say what is there."""
    return step.new is not None and isinstance(step.new.outputs.get("assignments"), dict)


def _failures(step: Step) -> dict[str, str]:
    """{key: reason}. The outputs of a step that did nothing are those of an older run."""
    if step.new is None or (step.failed and not _partly_done(step)):
        return {}
    failures = step.new.outputs.get("failed")
    return dict(failures) if isinstance(failures, dict) else {}


def _count(step: Step, name: str) -> int:
    done = step.new is not None and (not step.failed or _partly_done(step))
    count = step.new.outputs.get(name) if step.new and done else 0
    return count if isinstance(count, int) else 0


def _order(change: AssignmentChange) -> tuple[str, str, str, str]:
    return change.permission_set, change.account_name, change.account, change.principal or change.principal_id
