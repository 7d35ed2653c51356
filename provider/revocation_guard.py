"""The resource `RevocationGuard`: sees the whole stack, before and after, ahead of everything that writes.

The program registers it first and makes all else wait for it. It gets what each permission set shall have, and its
state keeps what they had when it was last passed, so that Check, in a preview as in an update, can tell all that
would be taken away: single assignments and whole permission sets that left the catalog. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from provider.guard import Bounds, Guard
from provider.held import pack, unpack
from provider.inputs import Failure, Inputs, Properties, Unmanaged
from remit.delta import by_strangers, split_key
from remit.revision import ATTEMPTED, EXPECTED, OVERTAKEN
from remit.revocation import Holding, RevocationRefusedError

ID = "revocation-guard"

Foresee = Callable[[Inputs], Holding]
"""What a permission set has, and what its assignments would lose by their first `apply`."""


def check(guard: Guard, olds: Properties, news: Properties, foresee: Foresee) -> tuple[Properties, list[Failure]]:
    """What the state keeps, and the refusal if there is one. Raises AwsError.

    `news`: assignments {permission set: {key: label}}, scope, unmanaged, accountNames, instanceArn, and
    permissionSetArns {name: ARN} as far as they are known already. Of a permission set that no state knows the
    live assignments count: that is how a stack's first run would sweep away what was made by hand. `kept`
    {permission set: keys} is what this run leaves as it is, listed or not: nothing of it goes.
    `missing`: permission sets that another stack is still to make; nobody has them.
    `attempted`: the revision that the run goes by; one that says nothing of it leaves what is there, and names with
    `expected` what it found there before it had the stack for itself.
    `noPolicies`: the run makes no policy; as long as none did, the way to the accounts may change.
    """
    attempted, expected = olds.get(ATTEMPTED) or {}, news.get(EXPECTED)
    if expected is not None and expected != attempted:
        return news, [Failure("", OVERTAKEN)]
    fan_out = news.get("fanOut", "aliases")
    if olds and not olds.get("noPolicies") and olds.get("fanOut", "aliases") != fan_out:
        return news, [Failure("", _switching(fan_out))]
    wanted: Mapping[str, Mapping[str, str]] = news["assignments"]
    scope = frozenset(news["scope"])
    known: dict[str, Mapping[str, str]] = dict(unpack(olds.get("held") or ""))
    unmanaged = Unmanaged(news["unmanaged"])
    guard.bounds = Bounds(scope, unmanaged)
    known |= {name: _counting(seen, unmanaged) for name, seen in guard.seen.items()}
    staying: Mapping[str, Collection[str]] = news.get("kept") or {}
    holdings = {
        name: holding(had, {*wanted.get(name, ()), *staying.get(name, ())}, scope) for name, had in known.items()
    }
    for name, arn in news["permissionSetArns"].items():
        if name in wanted and name not in known:
            left_alone = frozenset(staying.get(name, ()))
            holdings[name] = foresee(Inputs(news["instanceArn"], arn, scope, wanted[name], unmanaged, left_alone))
    names = {account: name for account, name in news["accountNames"].items() if name}  # the run's report tells them
    held = {name: keys for name, keys in wanted.items() if name not in (news.get("missing") or ())}
    kept = {
        "held": pack(held),
        "count": sum(map(len, held.values())),
        "fanOut": fan_out,
        "accountNames": names,
        "instanceArn": news["instanceArn"],  # a stack without permission sets has nothing else of its organization
    }
    if latest := news.get(ATTEMPTED) or attempted:
        kept[ATTEMPTED] = latest
    if news.get("noPolicies") and (not olds or olds.get("noPolicies")):  # once there were some, they may be there still
        kept["noPolicies"] = True
    try:
        guard.expect_all(holdings, news["accountNames"])
    except RevocationRefusedError as refusal:
        # Without a property: for one the Pulumi CLI prints its whole value first.
        return kept, [Failure("", str(refusal))]
    return kept, []


def _switching(fan_out: str) -> str:
    """What to do where the state has the policies in the other way: the engine would delete them, and make others."""
    other = "pooled" if fan_out == "aliases" else "aliases"
    return (
        f"the stack's policies are to be {fan_out} from now on (remit:fanOut), and its state has them {other}: "
        f"`remit switch --to {fan_out} --stack STACK` moves them over there first, without a call to AWS; "
        f"`remit:fanOut: {other}` leaves them as they are, and so does `remit up` where the setting is auto"
    )


def holding(had: Mapping[str, str], wanted: Collection[str], scope: frozenset[str]) -> Holding:
    """What goes of what was had. An account that leaves the scope is let go of: nobody loses anything there."""
    within = {key: label for key, label in had.items() if split_key(key)[0] in scope}
    return Holding(len(within), {key: label for key, label in within.items() if key not in wanted})


def _counting(seen: Mapping[str, str], unmanaged: Unmanaged) -> Mapping[str, str]:
    """Of what a refresh saw. What somebody made by hand is only told of with `unmanaged: report`."""
    if unmanaged is Unmanaged.REMOVE:
        return seen
    return {key: label for key, label in seen.items() if not by_strangers(label)}


def differs(old_inputs: Properties, news: Properties) -> bool:
    """Whether other keys are held; labels make no difference."""
    return _keys(old_inputs) != _keys(news)


def outputs(properties: Properties) -> Properties:
    return {"count": properties["count"]}


def _keys(properties: Properties) -> dict[str, Any]:
    return {name: frozenset(keys) for name, keys in unpack(properties.get("held") or "").items()}
