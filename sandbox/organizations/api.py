"""The Organizations API: all its calls in one."""

from __future__ import annotations

from sandbox.organizations.accounts import AccountCalls
from sandbox.organizations.reading import ReadingCalls
from sandbox.organizations.units import UnitCalls


class OrganizationsApi(ReadingCalls, UnitCalls, AccountCalls):
    """One organization."""
