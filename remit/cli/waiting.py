"""What waits to be adopted into a stack's catalog: differences of `drift: adopt`, held against several catalogs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from remit.catalog import Catalog
from remit.cli.drift import Reading, read_drift
from remit.cli.held import Held
from remit.cli.inputs import now
from remit.cli.progress import Told
from remit.drift.by_hand import changed_since
from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Finding
from remit.drift.waiting import ByHand, made_by_hand
from remit.organization import Organization
from remit.plan import Plan, make_plan
from remit.planning.unending import unending
from remit.stack import Stack


@dataclass(frozen=True, slots=True)
class Waiting:
    """`changes` are held against the files at hand, and `plan` is theirs. `live` knows the names of those alone who are
    in `organization`: all others are gone, and named by id."""

    reading: Reading
    organization: Organization
    plan: Plan
    live: Live
    changes: tuple[ByHand, ...] = ()

    @property
    def adopted(self) -> Iterator[Finding]:
        """What the files can follow."""
        return (each.finding for each in self.changes if each.whole)


def read_waiting(applied: Held, base: Held, told: Told, recorded: Recorded | None) -> Waiting:
    """Reads what is live and compares it to what the stack got last, and to the files at hand.

    `recorded` tells what somebody did by hand from an account that came, moved or left; None: the stack has no state.
    Raises CatalogError and AwsError.
    """
    reading = read_drift(replace(applied, recorded=recorded), told)
    found = reading.drift.findings
    if recorded:
        found = changed_since(recorded, found, reading.plan, reading.live, applied.stack)
    if not found:
        return Waiting(reading, reading.organization, reading.plan, reading.live)
    organization = _organization(base, found)
    names = {each.id: each.name for each in (*organization.groups, *organization.users)}
    live = replace(reading.live, names=names)
    plan = make_plan(base.catalog, organization, at=now(), stack=base.stack)
    never = unending(applied.catalog, reading.organization, applied.stack)
    changes = made_by_hand(
        found,
        _findings(plan, live, base.catalog, base.stack, organization, recorded),
        _findings(never, live, applied.catalog, applied.stack, organization, recorded),
    )
    return Waiting(reading, organization, plan, live, tuple(changes))


def _findings(
    plan: Plan, live: Live, catalog: Catalog, stack: Stack, organization: Organization, recorded: Recorded | None
) -> tuple[Finding, ...]:
    names = {account.id: account.name for account in organization.accounts}
    return Comparison(plan, live, Modes(catalog, stack), stack, names, recorded).findings()


def _organization(base: Held, found: Sequence[Finding]) -> Organization:
    """As a plan of these files reads it, and those who were given something by hand."""
    from remit.aws.drift import look_up_for_drift  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    given = [each.principal for each in found if each.principal and each.change == "unmanaged"]
    also = {kind: {name for found, _, name in given if found == kind and name} for kind in ("GROUP", "USER")}
    aws = Aws(base.catalog.settings.identity_center.region)
    return look_up_for_drift(aws, base.catalog, base.stack, groups=also["GROUP"], users=also["USER"])
