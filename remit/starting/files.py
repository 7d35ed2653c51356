"""The texts of a project's first files. Safe: what they give at first is nobody's access, and they take none away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.starting.repository import issuer_of
from remit.starting.survey import Survey
from remit.yaml_places import read_yaml

_PLAIN = re.compile(r"[A-Za-z/]([\w./:-]*[\w/])?")
_OF_THE_FIRST_TIME = "remit-bootstrap:registerDelegatedAdministrator"
"""True where the bootstrap delegated, though it is done by then: false would take it back."""

_NAMES = ("ReadOnly", "RemitReadOnly", "RemitFirstReadOnly")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user chose, or the defaults. `delegate`: the delegated administrator that runs Remit, "" where the
    management account does; `management_stack` is for then. `repository` "": no bootstrap file. `adopt`: take over what
    exists, after an import. `host`: where the repository is, "" if that is not known."""

    stack: str
    scope: Sequence[str]
    management_stack: str
    delegate: str
    spoke_role: str
    repository: str
    ci_host: str
    branch: str
    adopt: bool = False
    host: str = ""

    @property
    def stacks(self) -> tuple[str, ...]:
        """In the order in which they get a catalog."""
        return (self.management_stack, self.stack) if self.delegate else (self.stack,)


def settings_text(found: Survey, answers: Answers) -> str:
    """organization.yaml."""
    return f"""\
# yaml-language-server: $schema=schema/organization.schema.json
# How this organization is laid out. docs/catalog.md has every key.
spoke_role: {_scalar(answers.spoke_role)}

identity_center:
  region: {found.region}

# The order in which CI brings a catalog to the stacks.
promotion: {_listed(answers.stacks)}
"""


def catalog_text(found: Survey) -> str:
    """One permission set that exists under no such name yet, and nobody who has it."""
    name = next((each for each in _NAMES if each not in found.permission_sets), _NAMES[-1])
    return f"""\
# yaml-language-server: $schema=../schema/catalog.schema.json
# A first permission set, which nobody has yet.
permission_sets:
  - name: {name}
    description: Look at everything, change nothing
    session_duration: 4h
    aws_managed_policies: [job-function/ViewOnlyAccess]

# Give it to a group of Identity Center, in one account to begin with: take the # away, and write your names.
# access:
#   - groups: [my-group]
#     permission_sets: [{name}]
#     targets: account:my-account
"""


def stack_texts(answers: Answers) -> Mapping[str, str]:
    """The stack files, by the stack's name."""
    if not answers.delegate:
        return {answers.stack: _stack_text(answers.scope, "own", answers)}
    return {
        answers.management_stack: _stack_text(["management"], "own-management", answers),
        answers.stack: _stack_text(answers.scope, "own-members", answers),
    }


def bootstrap_text(found: Survey, answers: Answers) -> str:
    """bootstrap/Pulumi.<stack>.yaml: what the program there cannot know."""
    issuer = issuer_of(answers.host, answers.ci_host)
    values: dict[str, object] = {
        "repository": answers.repository,
        "ciHost": answers.ci_host,
        **({"issuer": issuer} if issuer else {}),
        "branch": answers.branch,
        "region": found.region,
        "environments": [f"{answers.stack}-run"],
    }
    if answers.spoke_role != "RemitSpoke":
        values["spokeRole"] = answers.spoke_role
    if answers.delegate:
        values["delegatedAdministrator"] = answers.delegate
        values["registerDelegatedAdministrator"] = answers.delegate not in found.delegates
        values["managementEnvironments"] = [f"{answers.management_stack}-run"]
    lines = "".join(f"  remit-bootstrap:{key}: {_value(value)}\n" for key, value in values.items())
    return f"""\
# What Remit needs in AWS before its first run. bootstrap/Pulumi.yaml has every setting.
# CI jobs of this repository may take the roles that are made: it must be yours.
{_whose_host(answers)}config:
{lines}"""


def _whose_host(answers: Answers) -> str:
    if answers.host:
        return ""
    return f"""\
# No git remote says where it is: without `remit-bootstrap:issuer` the repository of that name at {answers.ci_host}.com
# is trusted. A host of your own signs for itself: https://HOST at GitLab, https://HOST/_services/token at GHES.
"""


def _stack_text(scope: Sequence[str], permission_sets: str, answers: Answers) -> str:
    adopt = ""
    if answers.adopt:
        adopt = "\n  # What exists is taken over as it is. Take this out after the first `up`.\n  remit:adopt: true\n"
    return f"""\
# docs/catalog.md has every setting.
config:
  # The accounts that this stack may touch. Two stacks must not share one.
  remit:scope: {_listed(scope)}
  remit:permissionSets: {permission_sets}

  # An assignment that no rule gives is told, and stays. `remove` takes it away: the aim, once the catalog is complete.
  remit:unmanaged: report
{adopt}"""


def _value(value: object) -> str:
    if isinstance(value, list):
        return _listed(value)
    return str(value).lower() if isinstance(value, bool) else _scalar(str(value))


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_scalar, values))}]"


def _scalar(text: str) -> str:
    """Quoted where YAML would read something else, or stop."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def differences(path: Path, wanted: str, there: str) -> list[str]:
    """What a file says otherwise than the wanted text, a line each; what it says besides is a person's own."""
    found, lines = _values(there), list[str]()
    compared = _values(wanted)
    compared.pop(_OF_THE_FIRST_TIME, None)
    for key, value in compared.items():
        if key not in found:
            lines.append(f"{path}: {key} is not there; init would write {value}")
        elif found[key] != value:
            lines.append(f"{path}: {key} is {found[key]}; init would write {value}")
    return lines


def _values(text: str) -> dict[str, str]:
    """{key, with those above it: value as one would write it}; what cannot be read has none."""
    documents, _ = read_yaml(text.encode(), "")
    return dict(_flat(documents[0], "")) if documents else {}


def _flat(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            above = "" if key in {"", "config"} else f"{key}."
            yield from _flat(each, f"{above}{name}")
    else:
        yield key, _listed([str(each) for each in value]) if isinstance(value, list) else str(value)
