"""IAMbic in a hundred lines: what its templates come to at a time, step by step, and sharing nothing with the import.

Templates are plain values, their times datetimes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from remit.organization import Organization

Values = Mapping[str, Any]


@dataclass
class World:
    """What IAMbic would have made."""

    policies: dict[tuple[str, str], Values] = field(default_factory=dict)
    permission_sets: dict[str, Values] = field(default_factory=dict)
    assignments: set[tuple[str, str, str, str]] = field(default_factory=set)


def gone(thing: Values, at: datetime) -> bool:
    end = thing.get("expires_at")
    return bool(thing.get("deleted")) or (end is not None and end <= at)


def hits(pattern: str, account: Values) -> bool:
    pattern = pattern.lower()
    for text in (account["account_id"], account["account_name"].lower()):
        if pattern in ("*", text):
            return True
        if "*" in pattern:
            try:
                if re.match(pattern.replace(".*", "*").replace("*", ".*"), text):
                    return True
            except re.error:
                pass
    return False


def weight(patterns: Sequence[str], account: Values) -> int:
    return max([len(pattern) for pattern in patterns if hits(pattern, account)], default=0)


def for_account(thing: Values, account: Values) -> bool:
    org = account.get("org_id")
    if org and org in thing.get("excluded_orgs", []):
        return False
    if org and not any(pattern == "*" or re.match(pattern, org) for pattern in thing.get("included_orgs", ["*"])):
        return False
    included = thing.get("included_accounts", ["*"])
    return not included or weight(included, account) > weight(thing.get("excluded_accounts", []), account)


def chosen(value: Any, key: str, account: Values, default: str) -> str:
    """A per-account value: the text, or the first of the list that applies, sorted as IAMbic sorts."""
    if value is None or isinstance(value, str):
        return value if value is not None else default
    scopes = ("included_accounts", "excluded_accounts", "included_orgs", "excluded_orgs")
    defaults = {"included_accounts": ["*"], "included_orgs": ["*"]}
    alike = sorted(value, key=lambda each: "".join(str(sorted(each.get(k, defaults.get(k, [])))) for k in scopes))
    found = [each[key] for each in alike if for_account(each, account)]
    return found[0] if found else default


def statements(document: Values, account: Values, at: datetime) -> list[Values]:
    said = document["statement"]
    many = [said] if isinstance(said, dict) else [each for each in said if for_account(each, account)]
    return [each for each in many if not gone(each, at)]


def written(value: Any, account: Values) -> Any:
    """With the account's variables."""
    if isinstance(value, Mapping):
        return {written(key, account): written(each, account) for key, each in value.items()}
    if isinstance(value, list):
        return [written(each, account) for each in value]
    values = {each["key"]: each["value"] for each in account.get("variables", [])}
    values |= {key: account[key] for key in ("account_id", "account_name")}
    clean = {key: re.sub(r"[^\w+=,.@-]", "", text) for key, text in values.items()}
    return re.sub(r"\{\{var\.(\w+)\}\}", lambda found: clean.get(found[1], ""), value)


def as_iam(statement: Values, account: Values) -> Values:
    keys = {"sid": "Sid", "effect": "Effect", "action": "Action", "resource": "Resource", "condition": "Condition"}
    return {keys[key]: written(value, account) for key, value in statement.items() if key in keys}


def world(config: Values, templates: Sequence[Values], organization: Organization, at: datetime) -> World:
    made = World()
    accounts = config["aws"]["accounts"]
    central = next(each for each in accounts if each["account_id"] == organization.management_account)
    for template in templates:
        if gone(template, at) or template.get("iambic_managed") == "disabled":
            continue
        if template["template_type"] == "NOQ::AWS::IAM::ManagedPolicy":
            for account in accounts:
                if account.get("iambic_managed") not in ("import_only", "disabled") and for_account(template, account):
                    make_policy(template["properties"], account, at, made)
        elif for_account({**template, "included_accounts": []}, central):
            make_set(template["properties"], central, at, made)
            for grant in access(template.get("access_rules", []), central["org_id"], organization, at):
                made.assignments.add((template["properties"]["name"], *grant))
    return made


def make_policy(said: Values, account: Values, at: datetime, made: World) -> None:
    documents = said["policy_document"]
    if isinstance(documents, list):
        numbered = [{**each, "number": str(number)} for number, each in enumerate(documents)]
        number = chosen(numbered, "number", account, "")
        if not number:
            return
        documents = documents[int(number)]
    if found := statements(documents, account, at):
        made.policies[account["account_id"], written(said["policy_name"], account)] = {
            "path": written(chosen(said.get("path"), "path", account, "/"), account),
            "description": written(chosen(said.get("description"), "description", account, ""), account),
            "document": {"Version": "2012-10-17", "Statement": [as_iam(each, account) for each in found]},
        }


def make_set(said: Values, account: Values, at: datetime, made: World) -> None:
    inline = said.get("inline_policy")
    found = statements(inline, account, at) if inline and not gone(inline, at) else []
    customer = said.get("customer_managed_policy_references", [])
    made.permission_sets[said["name"]] = {
        "description": written(chosen(said.get("description"), "description", account, ""), account),
        "session_duration": said.get("session_duration", "PT1H"),
        "aws_managed_policies": sorted(each["arn"] for each in said.get("managed_policies", []) if not gone(each, at)),
        "customer_managed_policies": sorted((each["name"], each.get("path", "/")) for each in customer),
        "inline_policy": [as_iam(each, account) for each in found],
        "tags": {each["key"]: written(each["value"], account) for each in said.get("tags", [])},
    }


def access(
    rules: Sequence[Values], org: str, organization: Organization, at: datetime
) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        included_orgs = rule.get("included_orgs", ["*"])
        if gone(rule, at) or org in rule.get("excluded_orgs", []) or not {"*", org} & {*included_orgs}:
            continue
        for account in organization.active_accounts:
            texts = (account.id, account.name.lower())
            if any(begins(each, texts) for each in rule.get("excluded_accounts", [])):
                continue
            included = rule.get("included_accounts", ["*"])
            if "*" in included or any(begins(each, texts) for each in included):
                for kind, key, known in (
                    ("GROUP", "groups", organization.groups),
                    ("USER", "users", organization.users),
                ):
                    wanted = rule.get(key, [])
                    yield from ((account.id, kind, each.id) for each in known if each.name in wanted or "*" in wanted)


def begins(pattern: str, texts: Sequence[str]) -> bool:
    try:
        return any(re.match(pattern.lower(), text) for text in texts)
    except re.error:
        return pattern.lower() in texts
