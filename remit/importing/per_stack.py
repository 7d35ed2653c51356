"""What a catalog says with `{{stack}}`: each run fills in the name of its stack, and nothing in AWS tells which it was.

So an import cannot compare it, and it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from pydantic import BaseModel

from remit.catalog.load import Catalog
from remit.importing.found import Found, LeftOut
from remit.permission_set import LivePermissionSet
from remit.plan import Plan

_STACK = re.compile(r"\{\{\s*stack\s*\}\}")
_REASON = "{{stack}} is what each run fills in: the catalog's own stays as it is, not compared"


def policies_per_stack(catalog: Catalog) -> Mapping[str, LeftOut]:
    """The policies, by name, with what there is to say of them."""
    names = (str(each.name) for each in catalog.managed_policies if _says_stack(each))
    return {name: LeftOut(f"policy {name}", _REASON, name) for name in names}


def with_fields_per_stack(catalog: Catalog, plan: Plan, found: Found) -> tuple[Found, list[LeftOut]]:
    """What was found, with such fields of permission sets as the plan has them."""
    per_stack = {str(each.name): set(_fields(each)) for each in catalog.permission_sets}
    planned = {each.name: each for each in plan.permission_sets}
    sets, left = [], []
    for live in found.permission_sets:
        names = sorted(per_stack[live.name]) if live.name in planned else []
        sets.append(replace(live, **{name: getattr(planned[live.name], name) for name in names}))
        left += [LeftOut(f"{name} of permission set {live.name}", _REASON) for name in names]
    return replace(found, permission_sets=tuple(sets)), left


def _fields(entry: BaseModel) -> Iterator[str]:
    known = {each.name for each in fields(LivePermissionSet)}
    return (name for name, value in entry if name in known and _says_stack(value))


def _says_stack(value: object) -> bool:
    if isinstance(value, str):
        return bool(_STACK.search(value))
    if isinstance(value, Mapping):
        return any(_says_stack(each) for each in (*value.keys(), *value.values()))
    if isinstance(value, BaseModel):
        return any(_says_stack(each) for _, each in value)
    return isinstance(value, tuple) and any(map(_says_stack, value))
