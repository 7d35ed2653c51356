"""What each asynchronous operation does, and why it fails: Identity Center's reasons, in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remit.organization import AccountState
from sandbox.sso_admin.instance import PermissionSet
from sandbox.sso_admin.operations import Kind, Operation, OperationFailed
from sandbox.sso_admin.roles import Roles

if TYPE_CHECKING:
    from sandbox.world import World


class Provisioning:
    """Carries out operations on the world's instance, directory and accounts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._instance = world.instance
        self._roles = Roles(world.policies)

    def carry_out(self, operation: Operation) -> None:
        """Raises OperationFailed with AWS's reason."""
        if self._world.faults.fails((operation.kind, operation.key)):
            raise OperationFailed("An unexpected internal service exception was encountered")
        if operation.kind is Kind.CREATE:
            self._create(operation)
        elif operation.kind is Kind.DELETE:
            self._delete(operation)
        else:
            self._provision(operation)

    def _create(self, operation: Operation) -> None:
        key = operation.key
        permission_set = self._permission_set(operation)
        self._require_account(key.account)
        if not self._world.directory.has(key.principal_type, key.principal_id):
            raise OperationFailed(f"Received a 404 status error: {key.principal_type} not found.")
        if key.account not in self._instance.accounts_of(key.permission_set):
            self._provision_in(key.account, permission_set)
        self._instance.assign(key)

    def _delete(self, operation: Operation) -> None:
        key = operation.key
        if not self._instance.assigned(key):
            raise OperationFailed("Received a 404 status error: Assignment not found.")
        self._require_account(key.account)
        self._instance.unassign(key)
        if not self._instance.principals(key.account, key.permission_set):
            self._roles.delete(key.account, key.permission_set)
            self._instance.deprovisioned(key.account, key.permission_set)

    def _provision(self, operation: Operation) -> None:
        permission_set = self._permission_set(operation)
        account = operation.key.account
        accounts = [account] if account else list(self._instance.accounts_of(permission_set.arn))
        failures: list[str] = []
        for each in accounts:
            try:
                self._require_account(each)
                self._provision_in(each, permission_set)
            except OperationFailed as failure:
                failures.append(str(failure))
        if failures:
            raise OperationFailed(failures[0])

    def _provision_in(self, account: str, permission_set: PermissionSet) -> None:
        self._roles.put(account, permission_set)
        self._instance.provisioned(account, permission_set)

    def _permission_set(self, operation: Operation) -> PermissionSet:
        permission_set = self._instance.permission_sets.get(operation.key.permission_set)
        if permission_set is None:
            raise OperationFailed("Received a 404 status error: PermissionSet not found.")
        return permission_set

    def _require_account(self, account_id: str) -> None:
        account = self._world.tree.accounts.get(account_id)
        if account is None:
            raise OperationFailed(f"Received a 404 status error: Account {account_id} not found.")
        if account.state is not AccountState.ACTIVE:
            raise OperationFailed(
                "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS "
                f"account '{account_id}' is taking longer than usual. Please try again in a few minutes. If this "
                "problem continues, contact AWS Support."
            )
