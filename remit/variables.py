"""`{{…}}` in the catalog: what the organization says of an account, written into its policies.

{{account.id}}, {{account.name}}, {{account.ou}}, {{account.tags.KEY}}, {{account.vars.KEY}}, {{organization.id}}
and {{stack}}. What is not defined is an error. IAM's own ${aws:…} passes through untouched.

Names, OUs and tags are written by people who may not be trusted with the catalog: one of them that holds *, ? or
${, or is empty (think of arn:aws:s3:::{{account.tags.team}}*), would widen a policy, and is refused.
`account.vars` are the catalog's own, and may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.errors import BadValue, did_you_mean
from remit.organization import Account, Organization

_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WIDENS = re.compile(r"[*?]|\$\{")
_FROM_OUTSIDE = ("account.name", "account.ou", "account.tags.")

_REMEDIES = {
    "account.vars.": "give it a value under account_vars in organization.yaml",
    "account.tags.": "tag the account, or leave it out by `except`",
}


def instance_variables(organization: Organization, stack: str) -> dict[str, str]:
    """What is the same in every account: all that a permission set may use."""
    return {"organization.id": organization.organization_id, "stack": stack}


def account_variables(
    organization: Organization, stack: str, account: Account, own: Mapping[str, str]
) -> dict[str, str]:
    """Every variable of one account by its name in the catalog. `own` are its account.vars."""
    return {
        **instance_variables(organization, stack),
        "account.id": account.id,
        "account.name": account.name,
        "account.ou": account.ou,
        **{f"account.tags.{key}": value for key, value in account.tags.items()},
        **{f"account.vars.{key}": value for key, value in own.items()},
    }


def has_variables(text: str) -> bool:
    return "{{" in text


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of their variables. Raises BadValue for one that is not defined."""
    if "{{" not in text:
        return text
    rest = _VARIABLE.sub("", text)
    if "{{" in rest:
        raise BadValue(f"{{{{ without }}}} in {text!r}", "write {{account.id}}")
    return _VARIABLE.sub(lambda found: _value(found[1].strip(), values), text)


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise _undefined(name, values)
    value = values[name]
    if name.startswith(_FROM_OUTSIDE) and (not value or _WIDENS.search(value)):
        raise BadValue(f"{{{{{name}}}}} is {value!r}, which would widen the policy", "name the value yourself")
    return value


def _undefined(name: str, values: Mapping[str, str]) -> BadValue:
    if name.startswith("account.") and "account.id" not in values:
        return BadValue(
            f"{{{{{name}}}}} cannot stand here: a permission set is the same in every account",
            "use a managed policy for what differs between accounts",
        )
    always = [known for known in values if not known.startswith(tuple(_REMEDIES))]
    remedy = f"there are {', '.join(sorted([*always, *(f'{prefix}KEY' for prefix in _REMEDIES)]))}"
    for prefix, otherwise in _REMEDIES.items():
        if name.startswith(prefix):
            keys = [known.removeprefix(prefix) for known in values if known.startswith(prefix)]
            return BadValue(
                f"{{{{{name}}}}} is not defined", did_you_mean(name.removeprefix(prefix), keys) or otherwise
            )
    return BadValue(f"{{{{{name}}}}} is not defined", did_you_mean(name, always) or remedy)
