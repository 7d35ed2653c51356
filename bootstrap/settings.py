"""The settings of the bootstrap stack, read and checked as a whole. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import urlsplit

PROJECT = "remit-bootstrap"
NO_STATE = "none"
ISSUERS = {"github": "https://token.actions.githubusercontent.com", "gitlab": "https://gitlab.com"}

_ROLE_ARN = r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+"
_GLOB_ARN = r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/*?-]+"
_BOUNDARY = r"(arn:aws:iam::aws:policy/)?([!-~]+/)?[\w+=,.@-]+"
_ROLE = (r"(?!arn:|/)([!-~]+/)?[\w+=,.@-]+", "the name of a role, with its path if it has one: platform/RemitSpoke")
_ENVIRONMENT = (r"[\w.-]+", "the name of an environment, of letters, digits and _.-")
# A sign that IAM takes for a wildcard (* and ?) or that ends a part of a token's subject (:) is in none of them.
_PATTERNS: dict[str, tuple[str, str]] = {
    "repository": (r"[\w.@-]+(/[\w.@-]+)+", "OWNER/NAME, or GROUP/NAME with all groups above"),
    "ci_host": (r"github|gitlab", "github or gitlab"),
    "issuer": (
        r"https://[\w.:-]+(/[\w./-]*\w)?",
        "an address such as https://gitlab.example.com",
    ),
    "oidc_providers": (r"arn:aws:iam::\d{12}:oidc-provider/[\w.:/-]+", "the ARN of an OIDC provider"),
    "branch": (r"[\w./-]+", "the name of a branch"),
    "environments": _ENVIRONMENT,
    "management_environments": _ENVIRONMENT,
    "region": (r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-central-1"),
    "spoke_role": _ROLE,
    "access_role": _ROLE,
    "policy_path": (r"(/[\w.,+@=-]+)*/", "a path such as /remit/: a slash at both ends"),
    "external_ids": (r"[\w+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits and _+=,.@:/-"),
    "permissions_boundary": (_BOUNDARY, "NAME, PATH/NAME or arn:aws:iam::aws:policy/NAME"),
    "hub_permissions_boundary": (_BOUNDARY, "NAME, PATH/NAME or arn:aws:iam::aws:policy/NAME"),
    "operators": (_ROLE_ARN, "the ARN of a role or user, without globs"),
    "organizational_units": (r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}", "an id such as ou-ab12-cdefgh34"),
    "delegated_administrator": (r"\d{12}", "the id of an account: twelve digits in quotes"),
    "state_bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, or none"),
    "administrators": (
        _GLOB_ARN,
        "the ARN of roles or users of one account: arn:aws:iam::ACCOUNT:role/NAME (assumed-role is none)",
    ),
    "fan_out": (r"aliases|pooled|auto", "aliases, pooled or auto"),
    "topics": (r"arn:aws:sns:[\w-]+:\d{12}:[\w.-]+", "the ARN of an SNS topic"),
}


class SettingsError(Exception):
    """Everything that is wrong with the stack file, a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """As bootstrap/Pulumi.yaml describes them; the keys there are those here in camelCase."""

    repository: str
    region: str
    ci_host: str = "github"
    issuer: str = ""
    oidc_providers: tuple[str, ...] = ()
    branch: str = "main"
    environments: tuple[str, ...] = ()
    management_environments: tuple[str, ...] = ()
    spoke_role: str = "RemitSpoke"
    policy_path: str = "/remit/"
    external_ids: tuple[str, ...] = ()
    permissions_boundary: str = ""
    hub_permissions_boundary: str = ""
    operators: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()
    delegated_administrator: str = ""
    register_delegated_administrator: bool = True
    access_role: str = "OrganizationAccountAccessRole"
    state_bucket: str = ""
    state_force_destroy: bool = False
    administrators: tuple[str, ...] = ()
    fan_out: str = "auto"
    detach_on_delete: bool = False
    who: bool = True
    access_analyzer: bool = False
    topics: tuple[str, ...] = ()

    @classmethod
    def read(cls, config: Mapping[str, str]) -> Self:
        """`config` as Pulumi hands it over, of all namespaces: a list comes as JSON.

        Raises SettingsError with all that is wrong.
        """
        values: dict[str, Any] = {"repository": "", "region": ""}
        given = {key.removeprefix(f"{PROJECT}:"): text for key, text in config.items() if key.startswith(f"{PROJECT}:")}
        known = {_key(each.name) for each in fields(cls)}
        problems = dict.fromkeys(sorted(given.keys() - known), "is no setting (bootstrap/Pulumi.yaml has every one)")
        for each in fields(cls):
            if text := given.get(_key(each.name)):
                try:
                    values[each.name] = _value(text, each.default)
                except ValueError as error:
                    problems[each.name] = f"{text!r} is {error}"
        settings = cls(**values)
        for name, problem in (*settings._malformed(), *settings._contradictions()):
            problems.setdefault(name, problem)  # what a setting is not cannot contradict another one
        if problems:
            raise SettingsError("\n".join(f"{PROJECT}:{_key(name)}: {problem}" for name, problem in problems.items()))
        return settings

    @property
    def signer(self) -> str:
        """The address that signs CI's tokens, as IAM names it: without https://."""
        parts = urlsplit(self.issuer or ISSUERS.get(self.ci_host, ""))
        return f"{parts.netloc}{parts.path}"

    def _malformed(self) -> Iterator[tuple[str, str]]:
        """(setting, what is wrong with it)."""
        for name, (pattern, words) in _PATTERNS.items():
            value = getattr(self, name)
            for text in (value,) if isinstance(value, str) else value:
                if text and not re.fullmatch(pattern, text, re.ASCII) and (name, text) != ("state_bucket", NO_STATE):
                    yield name, f"{text!r} is not {words}"
        yield from ((name, "is missing") for name in ("repository", "region") if not getattr(self, name))

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        if self.ci_host == "github" and not self.environments:
            yield "environments", "is empty: no job could take the apply role (name one a stack, such as prod-run)"
        if self.management_environments and not self.delegated_administrator:
            yield "management_environments", "goes with delegatedAdministrator: put them under environments"
        for arn in self.oidc_providers:
            if not arn.endswith(f":oidc-provider/{self.signer}"):
                yield "oidc_providers", f"{arn} is not that of {self.signer}"
        for name in ("permissions_boundary", "hub_permissions_boundary"):
            boundary = getattr(self, name)
            if boundary and not boundary.startswith("arn:") and f"/{boundary}".startswith(self.policy_path):
                why = f"is at or below {self.policy_path}, where the spoke role may change it: put it elsewhere"
                yield name, f"{boundary} {why}"


def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _value(text: str, default: object) -> str | bool | tuple[str, ...]:
    """Raises ValueError with what is wrong."""
    if isinstance(default, bool):
        if text not in {"true", "false"}:
            raise ValueError("neither true nor false")
        return text == "true"
    if not isinstance(default, tuple):
        return text
    found = json.loads(text) if text.startswith("[") else None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError("not a list of texts")
    return tuple(found)
