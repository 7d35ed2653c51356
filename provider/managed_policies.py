"""The resource ManagedPolicies: makes the policies of one account what they should be.

Every change starts from what is live, in one read of the account, never from what the state remembers: so a run goes
on after a crash, a partial failure or an empty diff. Descriptions alone, which IAM fixes at creation and tells one by
one, are the state's where it has them as they are wanted.

A policy that leaves the inputs is let go of, not deleted: a permission set may still refer to it. `PolicyRemoval`,
which comes last, deletes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from provider.inputs import Properties, Unmanaged
from provider.managed_policies_inputs import Inputs, parse_id
from provider.managed_policies_outputs import Outputs, all_of, leaving_of, shapes_of
from provider.policy_deletion import Deletion, LostError
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.errors import AwsError, RemitError
from remit.leaving import Leaving, look
from remit.managed_policy import LivePolicy, Policy, by_name, strangers
from remit.policy_delta import Kind, Step, steps
from remit.policy_shape import Shape, policy_of, shaped

Warn = Callable[[str], None]


class PartlyDoneError(RemitError):
    """Some of it could not be done. Carries the id, the outputs that are true now, and one reason for each failure."""

    def __init__(self, id_: str, properties: Properties, reasons: Collection[str]) -> None:
        super().__init__("\n".join(reasons))
        self.id, self.properties, self.reasons = id_, properties, list(reasons)


class ManagedPolicies:
    """All accounts of a run share one `iam`, which keeps to each account's rate. Thread-safe."""

    def __init__(self, iam: Iam, departures: Departures, cancelled: threading.Event) -> None:
        """Once `cancelled` is set no policy is begun; what runs is waited for."""
        self._iam, self._departures, self._cancelled = iam, departures, cancelled
        self._deletion = Deletion(iam)

    def apply(
        self, inputs: Inputs, before: Inputs | None, state: Outputs, warn: Warn, limit: TimeLimit = NO_LIMIT
    ) -> Outputs:
        """Creates and changes what differs, deletes the strays that a refresh found; but for what is to be kept.

        `before` and `state` are the old inputs and outputs; None for a resource that is new. Once `limit` is over no
        policy is begun. Raises PartlyDoneError; before any write AwsError.
        """
        member, ours = inputs.member, shapes_of(before, state) if before else {}
        live = self._read(inputs, ours)
        places = {name: shape["path"] for name, shape in ours.items()}
        places |= {name: each.path for name, each in look(state.leaving, live).there.items()}
        todo = steps(inputs.policies, live, ours=places.items())
        leaving = self._still_leaving(member.account, leaving_of(before, state, inputs) if before else {}, live, warn)
        errors = self._carry_out(member, todo, limit)
        failed = {name: str(error) for name, error in errors.items()}
        strays = {name: Leaving(shape["path"]) for name, shape in (inputs.going(before) if before else {}).items()}
        failed |= self._delete(member, live, strays, warn, limit)
        unmanaged = strangers(_places(live), {*inputs.shapes, *leaving, *strays}, inputs.owned_path)
        by_hand = _changed(inputs, live)
        if failed:
            there = {**self._there(inputs, todo, errors, ours), **by_hand}
            outputs = Outputs(failed, unmanaged, there, leaving)
            raise PartlyDoneError(inputs.account, outputs.properties(inputs), _told(inputs.account, failed))
        return Outputs({}, unmanaged, {**inputs.shapes, **by_hand} if by_hand else None, leaving)

    def remove(self, inputs: Inputs, state: Outputs, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        """Deletes what is ours, until `limit` is over. Raises AwsError with a reason for each policy still there."""
        ours = all_of(inputs, state)
        if not ours:
            return
        try:
            live = self._iam.policies(inputs.member)
        except SpokeRoleError as error:
            if not (how := self._departures.how(inputs.account)):
                raise AwsError(str(error), _let_go(inputs.account)) from error
            warn(f"account {inputs.account} is {how}: its policies leave the state, AWS removes them with the account")
            return
        failed = self._delete(inputs.member, live, self._still_leaving(inputs.account, ours, live, warn), warn, limit)
        if failed:
            raise AwsError("\n".join(_told(inputs.account, failed)))

    def refresh(self, inputs: Inputs, state: Outputs, warn: Warn) -> tuple[Inputs, Outputs] | None:
        """The inputs and outputs that describe what is live; None when the account is gone."""
        ours = shapes_of(inputs, state)
        try:
            live = self._iam.policies_to_compare(inputs.member, _descriptions(ours), _recorded(ours))
        except SpokeRoleError:
            if self._departures.how(inputs.account):
                return None
            raise
        there, found = by_name(live), dict[str, Shape]()
        for name, shape in ours.items():
            policy = there.get(name.lower())
            if policy and policy.policy.path == shape["path"]:
                found[policy.name] = _found(name, shape, policy)
            elif policy:
                gone = f"account {inputs.account}: policy {name} at {shape['path']} is gone"
                warn(f"{gone}; another one has its name: {policy.arn}")
        leaving = self._still_leaving(inputs.account, state.leaving, live, warn)
        strays = strangers(_places(live), {*found, *leaving}, inputs.owned_path)
        if inputs.unmanaged is Unmanaged.REPORT:
            return inputs.holding(found), Outputs(unmanaged=strays, leaving=leaving)
        told = self._iam.described(inputs.member, (there[name.lower()] for name in strays))
        unknown = {each.name: {**shaped(each.policy), "unmanaged": True} for each in told}
        return inputs.holding(found | unknown), Outputs(leaving=leaving)

    def adopt(self, text: str) -> tuple[Inputs, Outputs]:
        """What `pulumi import` finds for an id: every policy at or below its path. Raises ValueError, AwsError."""
        member, path = parse_id(text)
        found = (each for each in self._iam.policies(member) if each.policy.path.startswith(path))
        shapes = {each.name: shaped(each.policy) for each in self._iam.described(member, found)}
        return Inputs(member.account, member.spoke, shapes), Outputs()

    @staticmethod
    def _still_leaving(
        account: str, leaving: Mapping[str, Leaving], live: Collection[LivePolicy], warn: Warn
    ) -> dict[str, Leaving]:
        found = look(leaving, live)
        for name, other in found.others.items():
            warn(elsewhere(account, name, other))
        return found.there

    def _carry_out(self, member: Member, todo: Collection[Step], limit: TimeLimit) -> dict[str, AwsError]:
        """By name, those that failed or were not begun."""
        failed: dict[str, AwsError] = {}
        for step in todo:
            if stopped := not_begun(self._cancelled, limit):
                failed[step.policy.name] = AwsError(stopped)
                continue
            try:
                self._perform(member, step)
            except AwsError as error:
                if not self._done_all_the_same(member, step):
                    failed[step.policy.name] = error
        return failed

    def _perform(self, member: Member, step: Step) -> None:
        if step.live is None:
            self._iam.create(member, step.policy)
        elif step.kind is Kind.UPDATE:
            self._iam.update(member, step.live, step.policy.document)
        elif step.kind is Kind.REPLACE:
            self._deletion.replace(member, step.live, step.policy)
        else:
            raise AwsError(_taken(step.live))

    def _done_all_the_same(self, member: Member, step: Step) -> bool:
        """Whether a call was carried out whose answer was lost, so that its repetition was refused.

        A replacement sees to that by itself: that the policy is there does not say that everybody has it back.
        """
        return step.kind in {Kind.CREATE, Kind.UPDATE} and self._iam.has(member, step.policy)

    def _delete(
        self,
        member: Member,
        live: Collection[LivePolicy],
        doomed: Mapping[str, Leaving],
        warn: Warn,
        limit: TimeLimit,
    ) -> dict[str, str]:
        """{policy: reason} of those that are still where they were."""
        everything, failed = by_name(live), dict[str, str]()
        for name, each in look(doomed, live).there.items():
            if stopped := not_begun(self._cancelled, limit):
                failed[name] = stopped
                continue
            try:
                self._deletion.delete(member, everything[name.lower()], detach=each.detach, warn=warn)
            except AwsError as error:
                failed[name] = str(error)
        return failed

    def _there(
        self, inputs: Inputs, todo: Collection[Step], failed: Mapping[str, AwsError], ours: Mapping[str, Shape]
    ) -> dict[str, Shape]:
        """What is there and ours afterwards, by name."""
        there = {name: shape for name, shape in inputs.shapes.items() if name not in failed}
        halfway = [step for step in todo if step.policy.name in failed and step.kind in {Kind.UPDATE, Kind.REPLACE}]
        now = self._after_replacing(inputs, ours) if any(step.kind is Kind.REPLACE for step in halfway) else None
        for step in halfway:
            live = step.live if now is None else now.get(step.policy.name.lower())
            if live is not None and not (now is None and isinstance(failed[step.policy.name], LostError)):
                there[live.name] = _found(step.policy.name, inputs.shapes[step.policy.name], live)
        return there

    def _after_replacing(self, inputs: Inputs, ours: Mapping[str, Shape]) -> dict[str, LivePolicy] | None:
        """What is live once a replacement has failed, which may have come halfway; None where it cannot be read."""
        try:
            return by_name(self._read(inputs, ours))
        except AwsError:
            return None

    def _read(self, inputs: Inputs, ours: Mapping[str, Shape]) -> list[LivePolicy]:
        return self._iam.policies_to_compare(inputs.member, _descriptions(inputs.shapes), _recorded(ours))


def elsewhere(account: str, name: str, other: LivePolicy) -> str:
    """That what has the name of a policy which is to be deleted is not the one that the stack made, as a warning."""
    return (
        f"account {account}: policy {name}, which is to be deleted, is gone; another one has its name, and stays: "
        f"{other.arn}"
    )


def not_begun(cancelled: threading.Event, limit: TimeLimit) -> str:
    """Why no further policy may be begun; "" while it may."""
    why = "interrupted" if cancelled.is_set() else limit.reason()
    return why and f"{why}, not attempted; the next run goes on from here"


def _descriptions(shapes: Mapping[str, Shape]) -> dict[str, str]:
    return {name: shape["description"] for name, shape in shapes.items() if not shape.get("unmanaged")}


def _recorded(ours: Mapping[str, Shape]) -> dict[str, Policy]:
    return {name: policy_of(name, shape) for name, shape in ours.items()}


def _found(name: str, known: Shape, live: LivePolicy) -> Shape:
    """The shape of a live policy: as it is known where that means the same, so that nothing differs by its writing."""
    expected = policy_of(name, known)
    if expected.same(live.policy):
        return known
    return shaped(replace(live.policy, detach_on_delete=expected.detach_on_delete))


def _changed(inputs: Inputs, live: Collection[LivePolicy]) -> dict[str, Shape]:
    """What is kept, ours, and not as the inputs say: as it is. One at another path is not ours: IAM moves none."""
    there = by_name(live)
    found = {
        name: _found(name, inputs.shapes[name], policy)
        for name in inputs.kept & inputs.shapes.keys()
        if (policy := there.get(name.lower())) and policy.policy.path == inputs.shapes[name]["path"]
    }
    return {name: shape for name, shape in found.items() if shape != inputs.shapes[name]}


def _places(live: Collection[LivePolicy]) -> list[tuple[str, str]]:
    return [(each.name, each.policy.path) for each in live]


def _told(account: str, failed: Mapping[str, str]) -> list[str]:
    """A line for each policy that failed, which names it."""
    return [
        f"account {account}: {reason if name in reason else f'policy {name}: {reason}'}"
        for name, reason in sorted(failed.items())
    ]


def _let_go(account: str) -> str:
    """The remedy where the role went before the account left the stack: nobody can delete its policies."""
    return f"if it will not be there again, `remit retire --account {account}` lets go of them as they are"


def _taken(live: LivePolicy) -> str:
    return (
        f"there is a policy {live.name} at {live.policy.path} already, which this stack did not make and which differs "
        "(give yours another name, or take it over with remit:adopt: true)"
    )
