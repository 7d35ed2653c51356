"""What every step of a plan reads: catalog, organization, time and stack, indexed once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from remit.catalog.load import Catalog
from remit.catalog.models import ManagedPolicy, PermissionSet
from remit.errors import BadValue
from remit.organization import Organization
from remit.planning.findings import Findings
from remit.selectors import AccountIndex
from remit.stack import Stack
from remit.variables import account_variables, instance_variables
from remit.yaml_places import Text, source_of

Selectors = tuple[str, ...]


class World:
    """The inputs of a plan. Looking something up that does not exist is a finding, and selects nothing."""

    def __init__(self, catalog: Catalog, organization: Organization, at: datetime, stack: Stack) -> None:
        if at.tzinfo is None:
            raise ValueError("`at` needs a time zone")
        self.catalog = catalog
        self.organization = organization
        self.at = at
        self.stack = stack
        self.index = AccountIndex(organization)
        self.findings = Findings(self.index)
        self._variables: dict[str, Mapping[str, str]] = {}
        self.scope = self.select(stack.scope)

    @cached_property
    def policies(self) -> Mapping[str, ManagedPolicy]:
        return {str(policy.name): policy for policy in self.catalog.managed_policies}

    @cached_property
    def permission_sets(self) -> Mapping[str, PermissionSet]:
        return {str(entry.name): entry for entry in self.catalog.permission_sets}

    @cached_property
    def instance_variables(self) -> Mapping[str, str]:
        return instance_variables(self.organization, self.stack.environment)

    def select(self, targets: Selectors, without: Selectors | None = None) -> frozenset[str]:
        """Ids of the ACTIVE accounts of `targets` less those of `without`, whatever the stack's scope."""
        chosen = frozenset[str]().union(*(self._accounts(text, warn=True) for text in targets))
        return chosen - self.left_out(without)

    def left_out(self, without: Selectors | None) -> frozenset[str]:
        """The accounts of an `except`. To leave out one that is not ACTIVE is nothing odd."""
        return frozenset[str]().union(*(self._accounts(text, warn=False) for text in without or ()))

    def variables(self, account: str) -> Mapping[str, str]:
        """Every variable of an account."""
        if account not in self._variables:
            self._variables[account] = account_variables(
                self.organization,
                self.stack.environment,
                self.organization.account_by_id[account],
                self._account_vars.get(account, {}),
            )
        return self._variables[account]

    def check_scope(self) -> None:
        """A scope without accounts, a slip in a tag or a glob, would take away all that the stack ever made."""
        if not self.scope and not self.findings.problems:
            first = self.stack.scope[0]
            self.findings.wrong(
                f"the scope of stack {self.stack.name} ({', '.join(self.stack.scope)}) selects no active account",
                "correct remit:scope; to take away all that the stack made: remit destroy",
                first.source if isinstance(first, Text) else None,
            )

    def check_account_vars(self) -> None:
        """Find names under account_vars that no account has."""
        _ = self._account_vars

    @cached_property
    def _account_vars(self) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, values in self.catalog.settings.account_vars.items():
            try:
                account = self.index.account(name)
            except BadValue as error:
                self.findings.wrong(f"account_vars: {error.message}", error.remedy, source_of(name))
                continue
            for key, value in values.items():
                if found.setdefault(account.id, {}).setdefault(str(key), str(value)) != value:
                    message = f"account_vars gives {str(key)!r} of account {account.id} two values"
                    self.findings.wrong(message, "the account stands by name and by id: keep one", source_of(key))
        return found

    def _accounts(self, text: str, *, warn: bool) -> frozenset[str]:
        source = text.source if isinstance(text, Text) else None
        try:
            match = self.index.match(text)
        except BadValue as error:
            self.findings.refuse(error, source)
            return frozenset()
        if match.warning and (warn or not match.inactive):
            self.findings.odd(match.warning, "", source)
        return match.accounts
