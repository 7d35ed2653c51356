"""The live organization, in as few calls as what is asked of it allows: Organizations and Identity Center at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from remit.aws import identity_center
from remit.aws.caller import account_of_caller
from remit.aws.organizations import look_up_tree
from remit.aws.session import Aws
from remit.catalog import Catalog, IdentityCenter
from remit.organization import Organization
from remit.stack import Stack

_TAGS_USED = re.compile(r"\btag:|\baccount\.tags\b")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a look-up must find out. `groups` and `users` are names; None: all there are."""

    groups: Collection[str] | None = None
    users: Collection[str] | None = None
    tags: bool = True
    permission_sets: bool = True
    caller: bool = False


EVERYTHING = Needs()


def needs_of(catalog: Catalog, stack: Stack | None) -> Needs:
    """What a plan of the catalog reads. Without a stack, its settings may use tags and its sets may be another's."""
    groups, users = catalog.principal_names()
    selectors = stack.selectors if stack else ("tag:",)
    return Needs(
        groups=groups,
        users=users,
        tags=bool(_TAGS_USED.search("\n".join([*selectors, repr(catalog)]))),
        permission_sets=stack is None or stack.refers,
        caller=True,
    )


def look_up_organization(aws: Aws, catalog: Catalog, stack: Stack | None = None) -> Organization:
    """The organization as far as a plan of the catalog reads it. Raises AwsError.

    A group that does not exist is missing in the answer, one that exists twice is there twice: the plan says so,
    at the rule that names it.
    """
    return look_up(aws, catalog.settings.identity_center, needs_of(catalog, stack))


def look_up(
    aws: Aws, settings: IdentityCenter, needs: Needs = EVERYTHING, instance: identity_center.Instance | None = None
) -> Organization:
    """The organization as far as `needs` says. `instance`: where it is known already. Raises AwsError."""
    with ThreadPoolExecutor(6) as pool:
        tree = pool.submit(look_up_tree, aws, with_tags=needs.tags)
        instance = instance or identity_center.find_instance(aws, settings)
        groups = pool.submit(identity_center.groups, aws, instance.identity_store, needs.groups)
        users = pool.submit(identity_center.users, aws, instance.identity_store, needs.users)
        sets = pool.submit(identity_center.permission_sets, aws, instance.arn) if needs.permission_sets else None
        caller = pool.submit(account_of_caller, aws) if needs.caller else None
        found = tree.result()
        return Organization(
            organization_id=found.organization_id,
            management_account=found.management_account,
            accounts=found.accounts,
            organizational_units=found.organizational_units,
            groups=groups.result(),
            users=users.result(),
            instance_arn=instance.arn,
            identity_store_id=instance.identity_store,
            permission_sets=sets.result() if sets else {},
            caller=caller.result() if caller else "",
        )
