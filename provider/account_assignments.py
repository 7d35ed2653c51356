"""The resource: makes the assignments of one permission set, within a scope of accounts, what they should be.

Every change starts from what is live, never from what the state remembers: so a run goes on after a crash, a
partial failure or an empty diff, adopts what exists without a write, and sees what was made by hand. Only
accounts in scope are read or written.

With `unmanaged: report` the resource removes only what it owns, and for that the state counts: see `Outputs.given`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from provider.inputs import Inputs, Unmanaged, parse_id
from provider.outputs import Outputs
from remit.aws.assignments import AssignmentReader, PermissionSetGoneError
from remit.aws.scheduler import Outcome, Progress, Result, Scheduler
from remit.aws.sso_admin import Action, Operation
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.delta import STRANGER, by_strangers, delta, split_key
from remit.errors import AwsError, RemitError
from remit.revocation import Holding

Allow = Callable[[Holding], None]
"""Asked before anything is written; raises when what goes may not go."""


class PartialFailureError(RemitError):
    """Some of the assignments could not be changed. Carries what is true now, and one reason for each failure."""

    def __init__(self, inputs: Inputs, outputs: Outputs, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.inputs, self.outputs, self.reasons = inputs, outputs, reasons


class Labels(Mapping[str, str]):
    """Keys and what they are called; AWS is asked for a name only when somebody wants to read it."""

    def __init__(self, keys: Collection[str], label_of: Callable[[str], str]) -> None:
        self._keys, self._label_of = keys, label_of

    def __getitem__(self, key: str) -> str:
        if key not in self._keys:
            raise KeyError(key)
        return self._label_of(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True, slots=True)
class Told:
    """Where progress is told: of reading (pairs done, of how many) and of writing; what is there before the first
    write (how many of how many assignments); and what a person should know."""

    reading: Callable[[int, int], None] = lambda _done, _total: None
    writing: Callable[[Progress], None] = lambda _progress: None
    there: Callable[[int, int], None] = lambda _there, _wanted: None
    warning: Callable[[str], None] = lambda _warning: None


class AccountAssignments:
    """All resources of a run share one scheduler and one reader for each Identity Center instance."""

    def __init__(
        self,
        reader_of: Callable[[str], AssignmentReader],
        scheduler: Scheduler,
        name_of: Callable[[str, str], str] = lambda _instance, _key: "",
        departed: Callable[[str], str] = lambda _account: "",
    ) -> None:
        """`name_of`: what the principal of a key is called in an instance; "" when nobody knows.

        `departed`: how an account is gone (see Departures); "" for one that is there.
        """
        self._reader_of = reader_of
        self._scheduler = scheduler
        self._name_of = name_of
        self._departed = departed
        self._cancelled = threading.Event()
        self._told_unknown: set[str] = set()

    def apply(
        self,
        inputs: Inputs,
        ours: Iterable[str] = (),
        told: Told = Told(),
        allow: Allow = lambda _: None,
        labels: Mapping[str, str] | None = None,
        limit: TimeLimit = NO_LIMIT,
    ) -> Outputs:
        """Creates what is missing, removes what is too much; `inputs.kept` stays as it is.

        Raises PartialFailureError; before any write AwsError, and what `allow` raises. `ours`: what the state says
        is ours; it counts for `unmanaged: report` alone. `labels`: what the state called the keys.
        """
        live = self._live(inputs, told, limit)
        needed = delta(inputs.assignments.keys(), live, inputs.scope)
        surplus = frozenset(needed.remove)
        doomed = (surplus if inputs.unmanaged is Unmanaged.REMOVE else surplus & frozenset(ours)) - inputs.kept
        allow(Holding(len(live), self._labelled(inputs.instance, doomed, labels or {})))
        missing = [key for key in needed.create if key not in inputs.kept]
        outcomes = self._carry_out(inputs, create=missing, delete=doomed, told=told, limit=limit)
        taken = inputs.kept & (inputs.assignments.keys() - live)
        outputs = Outputs(
            created=len(_done(outcomes, Action.CREATE)),
            deleted=len(_done(outcomes, Action.DELETE)),
            failed={each.operation.key: _failure(each) for each in outcomes if each.result is Result.FAILED},
            unmanaged=self._strangers(inputs, surplus - doomed),
            missing={key: inputs.assignments[key] for key in taken},
        )
        if all(each.result is Result.DONE for each in outcomes):
            left = {key: label for key, label in inputs.assignments.items() if key not in taken}
            return replace(outputs, live=left) if taken else outputs
        there = (live - outputs.unmanaged.keys() - _done(outcomes, Action.DELETE)) | _done(outcomes, Action.CREATE)
        called = {**(labels or {}), **inputs.assignments}
        left = {key: called.get(key, STRANGER) for key in there}
        raise PartialFailureError(inputs, replace(outputs, live=left), list(_reasons(outcomes)))

    def remove(
        self,
        inputs: Inputs,
        ours: Iterable[str],
        told: Told = Told(),
        allow: Allow = lambda _: None,
        limit: TimeLimit = NO_LIMIT,
    ) -> None:
        """Removes every assignment in scope (ours alone, for `unmanaged: report`). Raises AwsError.

        What AWS fails to remove in an account that is suspended, closed or gone is let go of: it would never succeed.
        """
        try:
            self.apply(inputs.holding({}), ours, told, allow, inputs.assignments, limit)
        except PermissionSetGoneError:
            return  # the permission set went first, and its assignments with it
        except PartialFailureError as failure:
            gone = {
                account: how
                for account in set(map(_account, failure.outputs.failed))
                if (how := self._departed(account))
            }
            left = [key for key in failure.outputs.live or () if _account(key) not in gone]
            if left:
                raise AwsError(f"{len(left)} assignments are still there:\n{failure}") from failure
            for account, how in sorted(gone.items()):
                told.warning(f"account {account} is {how}: what is assigned there can't be removed, and is let go of")

    def refresh(self, inputs: Inputs, outputs: Outputs, told: Told = Told()) -> tuple[Inputs, Outputs] | None:
        """The inputs and outputs that describe what is live; None when the permission set is gone."""
        try:
            live = self._live(inputs, told)
        except PermissionSetGoneError:
            return None
        ours = outputs.given(inputs.assignments)
        managed = live & ours.keys() if inputs.unmanaged is Unmanaged.REPORT else live
        known = {**outputs.unmanaged, **inputs.assignments, **(outputs.live or {})}
        labels = {**{key: label for key, label in known.items() if by_strangers(label)}, **ours}
        labels |= self._strangers(inputs, live - labels.keys())
        found = inputs.holding({key: labels[key] for key in managed})
        strangers = {key: labels[key] for key in live - managed}
        missing = {key: label for key, label in ours.items() if key not in live}
        return found, Outputs(outputs.created, outputs.deleted, unmanaged=strangers, missing=missing)

    def adopt(self, text: str, told: Told = Told()) -> tuple[Inputs, Outputs] | None:
        """What `pulumi import` finds for an id: in the accounts it names, or wherever the permission set is.

        Raises ValueError for what is not an id.
        """
        instance, permission_set, scope = parse_id(text)
        try:
            live = self._reader_of(instance).live(permission_set, scope, told.reading, self._stopped)
        except PermissionSetGoneError:
            return None
        accounts = frozenset(map(_account, live)) if scope is None else scope
        labels = {key: self._name_of(instance, key) for key in live}
        return Inputs(instance, permission_set, accounts, labels), Outputs()

    def foresee(self, inputs: Inputs, told: Told = Told()) -> Holding:
        """What a first `apply` would find, and take away because somebody made it by hand. Raises AwsError."""
        try:
            live = self._live(inputs, told)
        except PermissionSetGoneError:
            live = frozenset()
        told.there(len(live & inputs.assignments.keys()), len(inputs.assignments))
        strange = live - inputs.assignments.keys() - inputs.kept
        doomed = strange if inputs.unmanaged is Unmanaged.REMOVE else frozenset[str]()
        return Holding(len(live), self._labelled(inputs.instance, doomed, {}))

    def cancel(self) -> None:
        """Nothing new is read or submitted."""
        self._cancelled.set()
        self._scheduler.cancel()

    def _labelled(self, instance: str, keys: Collection[str], known: Mapping[str, str]) -> Labels:
        return Labels(keys, lambda key: known.get(key) or self._name_of(instance, key))

    def _strangers(self, inputs: Inputs, keys: Iterable[str]) -> dict[str, str]:
        names = {key: self._name_of(inputs.instance, key) for key in keys}
        return {key: f"{name}, {STRANGER}" if name else STRANGER for key, name in names.items()}

    def _stopped(self) -> str:
        return "interrupted" if self._cancelled.is_set() else ""

    def _live(self, inputs: Inputs, told: Told, limit: TimeLimit = NO_LIMIT) -> frozenset[str]:
        reader = self._reader_of(inputs.instance)
        live = reader.live(inputs.permission_set, inputs.scope, told.reading, lambda: self._stopped() or limit.reason())
        for account in sorted((reader.unknown & inputs.scope) - self._told_unknown):
            self._told_unknown.add(account)
            told.warning(f"Identity Center does not know account {account}: what is assigned there is passed over")
        return live

    def _carry_out(
        self, inputs: Inputs, *, create: Iterable[str], delete: Iterable[str], told: Told, limit: TimeLimit
    ) -> list[Outcome]:
        operations = [
            Operation(action, inputs.instance, inputs.permission_set, key)
            for action, keys in ((Action.CREATE, create), (Action.DELETE, delete))
            for key in keys
        ]
        try:
            return self._made_certain(inputs, self._scheduler.run(operations, told.writing, limit), limit)
        finally:
            accounts = {_account(operation.key) for operation in operations}
            self._reader_of(inputs.instance).forget(inputs.permission_set, accounts)

    def _made_certain(self, inputs: Inputs, outcomes: list[Outcome], limit: TimeLimit) -> list[Outcome]:
        """Where AWS's answer leaves it open, what is live says how it ended; if that can't be read, nobody knows."""
        unsure = {_account(each.operation.key) for each in outcomes if not each.certain}
        if not unsure:
            return outcomes
        spent = "spent" if limit.exhausted() else ""
        try:
            live = self._reader_of(inputs.instance).reread(inputs.permission_set, unsure, lambda: spent)
        except PermissionSetGoneError:
            live = frozenset()
        except AwsError as error:
            return [each if each.certain else _unknown(each, error) for each in outcomes]
        return [
            replace(each, result=Result.DONE, reason="") if not each.certain and _achieved(each, live) else each
            for each in outcomes
        ]


def _account(key: str) -> str:
    return split_key(key)[0]


def _achieved(outcome: Outcome, live: Collection[str]) -> bool:
    return (outcome.operation.key in live) is (outcome.operation.action is Action.CREATE)


def _unknown(outcome: Outcome, error: AwsError) -> Outcome:
    why = f"{outcome.reason}; whether AWS did it all the same is not known: {error}"
    return replace(outcome, result=Result.FAILED, reason=why)


def _done(outcomes: Iterable[Outcome], action: Action) -> frozenset[str]:
    return frozenset(
        each.operation.key for each in outcomes if each.result is Result.DONE and each.operation.action is action
    )


def _failure(outcome: Outcome) -> str:
    return f"{outcome.operation.action}: {outcome.reason}"


def _reasons(outcomes: list[Outcome]) -> Iterator[str]:
    """One for each failure; operations that an interruption or a time limit left out count in one."""
    for outcome in outcomes:
        if outcome.result is Result.FAILED:
            account, principal_type, principal_id = split_key(outcome.operation.key)
            what = f"{outcome.operation.action} failed: {outcome.reason}"
            yield f"account {account}, {principal_type.lower()} {principal_id}: {what}"
    left_out = Counter(each.reason for each in outcomes if each.result is Result.NOT_ATTEMPTED)
    for why, count in left_out.items():
        yield f"{why}: {count} of {len(outcomes)} changes were not attempted; the next run goes on from here"
