"""A small organization to plan for, and a catalog from one text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from remit.catalog import Catalog, load_catalog
from remit.organization import Account, AccountState, Organization, Principal
from remit.plan import Plan, make_plan
from remit.snapshot import with_every_organizational_unit
from remit.stack import Stack

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
STACK = Stack("test")
MANAGEMENT, PAYMENTS, PAYMENTS_DEV, SHOP, LAB, OLD, ZERO = (
    "100000000000",
    "111111111111",
    "111111111112",
    "222222222222",
    "333333333333",
    "444444444444",
    "012345678901",
)


def account(id_: str, name: str, ou: str, state: str = "ACTIVE", **tags: str) -> Account:
    return Account(id=id_, name=name, ou=ou, state=AccountState(state), tags=tags)


ORGANIZATION = with_every_organizational_unit(
    Organization(
        organization_id="o-example",
        management_account=MANAGEMENT,
        accounts=(
            account(MANAGEMENT, "management", ""),
            account(PAYMENTS, "payments", "Workloads/Prod", stage="prod", team="pay"),
            account(PAYMENTS_DEV, "payments-dev", "Workloads/Dev", stage="dev", team="pay"),
            account(SHOP, "Shop", "Workloads/Prod/EU", stage="prod"),
            account(LAB, "lab", "Sandbox/Dev", stage="dev"),
            account(OLD, "old", "Workloads/Prod", "SUSPENDED", stage="prod"),
            account(ZERO, "zero", "Sandbox"),
        ),
        groups=(
            Principal(id="g-eng", name="engineers"),
            Principal(id="g-sre", name="sre"),
            Principal(id="g-corp", name="engineers@corp.example.com"),
            Principal(id="g-twin1", name="twins"),
            Principal(id="g-twin2", name="twins"),
        ),
        users=(Principal(id="u-ann", name="ann"),),
    )
)
EVERYWHERE = frozenset({PAYMENTS, PAYMENTS_DEV, SHOP, LAB, ZERO})


def catalog_of(text: str, settings: str = "") -> Catalog:
    """The catalog of one file, c.yaml."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "c.yaml").write_text(text, encoding="utf-8")
        (Path(folder) / "organization.yaml").write_text(settings, encoding="utf-8")
        return load_catalog(Path(folder))


def plan_of(text: str, settings: str = "", at: datetime = AT, stack: Stack = STACK) -> Plan:
    return make_plan(catalog_of(text, settings), ORGANIZATION, at=at, stack=stack)
