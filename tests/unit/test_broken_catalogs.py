"""Everything that can be wrong in a catalog is told once, with its line, the value and the remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from remit.catalog import load_catalog
from remit.errors import CatalogError, Problem
from remit.plan import make_plan
from tests.unit.small_world import AT, ORGANIZATION, STACK

POLICY = """\
managed_policies:
  - name: Guard
    targets: "*"
    statements:
      - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}
"""
SET = """\
permission_sets:
  - name: Engineer
"""
RULE = """\
access:
  - groups: sre
    permission_sets: Engineer
    targets: "*"
"""
STATEMENT = POLICY.replace('      - {Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}\n', "      - %s\n")


class Case(NamedTuple):
    """A broken catalog. `line` is that of c.yaml, or of organization.yaml where `settings` is what is broken."""

    catalog: str
    line: int
    words: str
    remedy: str = ""
    settings: str = ""


def statement(text: str) -> str:
    return STATEMENT % text


CASES = {
    # YAML
    "tab": Case("access:\n\t- groups: a\n", 2, "not YAML", "spaces, not tabs"),
    "unquoted star": Case(SET + RULE.replace('"*"', "*"), 6, "not YAML", 'quote the star: "*"'),
    "unclosed bracket": Case("access:\n  - groups: [a\n", 3, "not YAML", "brackets"),
    "unclosed quote": Case('access:\n  - groups: "a\n', 3, "not YAML"),
    "colon in text": Case("permission_sets:\n  - name: A\n    description: a: b\n", 3, "not YAML", "quote text"),
    "unquoted variable": Case(SET + "    description: {{stack}}\n", 3, "a key must be text", "quote text"),
    "duplicate key": Case(SET + "    name: Other\n", 3, "'name' stands twice, first on line 2", "keep one"),
    "tag": Case("permission_sets:\n  - name: !Sub A\n", 2, "tag !Sub"),
    "unknown alias": Case(SET + "    tags: *common\n", 3, "*common has no anchor", "&NAME"),
    "alias in itself": Case("access: &a\n  - *a\n", 2, "inside its own anchor"),
    # the shape of a file
    "list at the top": Case("- name: A\n", 1, "is a list, not a mapping", "permission_sets:"),
    "text at the top": Case("hello\n", 1, "not a mapping"),
    "unknown list": Case("permissionsets: []\n", 1, "unknown key 'permissionsets'", "'permission_sets'"),
    "a list that is none": Case("access:\n  groups: a\n", 1, "access takes a list", "dash"),
    "an entry that is text": Case("access:\n  - engineers\n", 2, "an entry of access is a mapping, not 'engineers'"),
    "an entry that is nothing": Case("access:\n  -\n", 2, "not nothing"),
    # keys and their values
    "unknown key": Case(SET + "    descripton: x\n", 3, "unknown key 'descripton'", "'description'"),
    "IAM key in the wrong case": Case(
        statement('{effect: Allow, Effect: Allow, Action: "s3:*", Resource: "*"}'),
        5,
        "unknown key 'effect'",
        "'Effect'",
    ),
    "source is no key": Case(SET + "    source: x\n", 3, "unknown key 'source'"),
    "missing name": Case("permission_sets:\n  - description: x\n", 2, "'name' is missing", "Unique"),
    "missing targets": Case(SET + RULE.replace('    targets: "*"\n', ""), 4, "'targets' is missing", "Accounts"),
    "empty value": Case(SET + "    description:\n", 3, "description has no value"),
    "empty expiry": Case(SET + "    expires:\n", 3, "expires has no value", "leave the key out"),
    "empty exception": Case(SET + RULE + "    except:\n", 7, "except has no value", "leave the key out"),
    "empty boundary": Case(SET + "    permissions_boundary: ~\n", 3, "permissions_boundary has no value"),
    "empty targets of a statement": Case(
        statement('{Effect: Allow, Action: "*", Resource: "*", targets: }'), 5, "targets has no value"
    ),
    "empty condition": Case(
        statement('{Effect: Allow, Action: "*", Resource: "*", Condition: }'), 5, "Condition has no value"
    ),
    "condition of nothing": Case(
        statement('{Effect: Allow, Action: "*", Resource: "*", Condition: {}}'), 5, "Condition is an empty mapping"
    ),
    "condition without a key": Case(
        statement('{Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {}}}'),
        5,
        "StringEquals is an empty mapping",
    ),
    "mapping for text": Case(SET + "    description: {a: b}\n", 3, "description must be text, not a mapping"),
    "text for a list": Case(SET + "    aws_managed_policies: ReadOnlyAccess\n", 3, "aws_managed_policies takes a list"),
    "text for a mapping": Case(SET + "    inline_policy: none\n", 3, "inline_policy takes a mapping"),
    "empty list": Case(SET + RULE.replace('"*"', "[]"), 6, "targets is an empty list"),
    "selector with a space": Case(
        SET + RULE.replace('"*"', "[account: payments]"), 6, "targets[0] must be text, not a mapping", "no space"
    ),
    "bad effect": Case(statement('{Effect: allow, Action: "s3:*", Resource: "*"}'), 5, "'Allow' or 'Deny'"),
    "flag": Case(
        SET + "    customer_managed_policies: [{name: A, external: yes}]\n", 3, "'yes' is neither true nor false"
    ),
    "name with a space": Case("permission_sets:\n  - name: Read Only\n", 2, "'Read Only' is not allowed", "letters"),
    "name with a variable": Case("permission_sets:\n  - name: 'A{{stack}}'\n", 2, "not allowed", "no variables"),
    "long name": Case(f"permission_sets:\n  - name: {'N' * 33}\n", 2, "has 33 characters", "at most 32"),
    "foreign letters": Case("permission_sets:\n  - name: Größe\n", 2, "not allowed"),
    "path": Case(POLICY.replace("Guard\n", "Guard\n    path: remit\n"), 3, "'remit' is not allowed", "slash at both"),
    "session of words": Case(SET + "    session_duration: all day\n", 3, "'all day' is not understood", "8h"),
    "session too long": Case(SET + "    session_duration: 13h\n", 3, "'13h' is out of range", "12h"),
    "session too short": Case(SET + "    session_duration: PT59M\n", 3, "out of range", "1h"),
    "session as a number": Case(SET + "    session_duration: 8\n", 3, "'8' is not understood"),
    "naive expiry": Case(SET + "    expires: 2026-12-31T18:00:00\n", 3, "no time zone", "18:00:00Z"),
    "duration expiry": Case(SET + "    expires: 90d\n", 3, "is a duration"),
    "impossible expiry": Case(SET + "    expires: 2026-02-30\n", 3, "not a day"),
    # statements
    "no action": Case(statement('{Effect: Allow, Resource: "*"}'), 5, "neither Action nor NotAction", "add Action"),
    "two actions": Case(
        statement('{Effect: Allow, Action: "*", NotAction: "*", Resource: "*"}'), 5, "Action and NotAction cannot"
    ),
    "no resource": Case(statement('{Effect: Allow, Action: "*"}'), 5, "neither Resource nor NotResource"),
    "no statements": Case(POLICY[: POLICY.index("statements")] + "statements: []\n", 2, "at least one statement"),
    "principal": Case(
        statement('{Effect: Allow, Principal: "*", Action: "*", Resource: "*"}'),
        5,
        "'Principal' cannot",
        "access rules",
    ),
    "malformed action": Case(
        statement('{Effect: Allow, Action: GetObject, Resource: "*"}'), 5, "'GetObject' is no action"
    ),
    "malformed resource": Case(
        statement('{Effect: Allow, Action: "s3:*", Resource: bucket}'), 5, "'bucket' is no resource"
    ),
    "sid with a dash": Case(
        statement('{Sid: a-b, Effect: Allow, Action: "*", Resource: "*"}'),
        5,
        "'a-b' is not allowed",
        "letters and digits",
    ),
    "inline policy of nothing": Case(SET + "    inline_policy:\n      statements: []\n", 3, "at least one statement"),
    "targets in an inline policy": Case(
        SET
        + '    inline_policy:\n      statements:\n        - {Effect: Deny, Action: "*", Resource: "*", targets: "*"}\n',
        5,
        "'targets' cannot stand here",
        "same in every account",
    ),
    "the same sid twice": Case(
        POLICY + '      - {Sid: A, Effect: Deny, Action: "*", Resource: "*"}\n',
        2,
        "two statements with the Sid 'A' in account zero (012345678901)",
        "rename",
    ),
    # references
    "unknown permission set": Case(
        SET + RULE.replace("Engineer", "Enginer"), 5, "no permission set 'Enginer'", "did you mean 'Engineer'"
    ),
    "unknown policy": Case(
        POLICY + SET + "    customer_managed_policies: [Gard]\n", 8, "no managed policy 'Gard'", "did you mean 'Guard'"
    ),
    "unknown boundary": Case(
        SET + "    permissions_boundary: {customer_managed: Guard}\n", 3, "no managed policy 'Guard'", "external: true"
    ),
    "two boundaries": Case(
        SET + "    permissions_boundary: {aws_managed: A, customer_managed: {name: B, external: true}}\n",
        3,
        "customer_managed and aws_managed cannot stand together",
    ),
    "boundary that is no policy": Case(
        SET + "    permissions_boundary: {aws_managed: 'Power User'}\n",
        3,
        "'Power User' is not allowed here",
        "ReadOnlyAccess",
    ),
    "name and arn": Case(
        SET + "    aws_managed_policies: [{name: A, arn: 'arn:aws:iam::aws:policy/A'}]\n", 3, "name and arn cannot"
    ),
    "bad arn": Case(
        SET + "    aws_managed_policies: ['arn:aws:iam::123456789012:policy/A']\n",
        3,
        "is not allowed here",
        "an ARN such",
    ),
    "attached twice": Case(
        SET + "    aws_managed_policies: [A, 'arn:aws:iam::aws:policy/A']\n", 3, "is attached twice", "keep one"
    ),
    "external but ours": Case(
        POLICY + SET + "    customer_managed_policies: [{name: Guard, external: true}]\n", 8, "stands in the catalog"
    ),
    "another path than its own": Case(
        POLICY + SET + "    customer_managed_policies: [{name: Guard, path: /x/}]\n", 8, "has the path '/', not '/x/'"
    ),
    "two policies of a name": Case(
        POLICY + POLICY.replace("managed_policies:\n", "").replace("Guard", "guard"),
        6,
        "'guard' stands twice, first at",
    ),
    "two permission sets of a name": Case(SET + "  - name: Engineer\n", 3, "'Engineer' stands twice, first at"),
    "a permission set that is ignored": Case(
        "permission_sets:\n  - name: AWSReservedSSO_x\n", 2, "matches 'AWSReservedSSO*'", "rename"
    ),
    # the organization
    "nobody": Case(
        SET + RULE.replace("  - groups: sre\n    perm", "  - perm"), 4, "neither groups nor users", "add groups"
    ),
    "unknown group": Case(SET + RULE.replace("sre", "enginers"), 4, "no group 'enginers'", "'engineers'"),
    "group in another case": Case(SET + RULE.replace("sre", "SRE"), 4, "no group 'SRE'", "did you mean 'sre'"),
    "ambiguous group": Case(SET + RULE.replace("sre", "twins"), 4, "'twins' stands for g-twin1 and g-twin2", "rename"),
    "unknown user": Case(SET + RULE.replace("groups: sre", "users: [bob]"), 4, "no user 'bob'"),
    "unknown account": Case(
        SET + RULE.replace('"*"', "account:paymnts"), 6, "no account 'paymnts'", "did you mean 'payments'"
    ),
    "unknown unit": Case(SET + RULE.replace('"*"', "ou:Workload"), 6, "'Workload'", "did you mean 'Workloads'"),
    "ambiguous unit": Case(SET + RULE.replace('"*"', "ou:Dev"), 6, "'Dev' stands for more", "ou:Workloads/Dev"),
    "unknown account in except": Case(SET + RULE + "    except: account:nobody\n", 7, "no account 'nobody'"),
    "account id without its word": Case(
        SET + RULE.replace('"*"', "012345678901"), 6, "'012345678901' is no selector", "write account:012345678901"
    ),
    "octal account id": Case(
        SET + RULE.replace('"*"', "account:12345678901"), 6, "no account '12345678901'", "012345678901"
    ),
    "undefined variable": Case(
        statement('{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::{{account.vars.bucket}}"}'),
        5,
        "{{account.vars.bucket}} is not defined in account zero (012345678901), payments (111111111111)",
        "account_vars",
    ),
    "undefined tag in two accounts": Case(
        statement('{Effect: Allow, Action: "*", Resource: "arn:{{account.tags.team}}"}'),
        5,
        "is not defined in account zero (012345678901), Shop (222222222222), lab (333333333333)",
        "tag the account",
    ),
    "account in a permission set": Case(
        SET + '    description: "for {{account.name}}"\n', 3, "{{account.name}} cannot stand here", "managed policy"
    ),
    # limits of AWS
    "policy too long": Case(
        statement(f'{{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::{"x" * 6_100}"}}'),
        2,
        "without white space in account zero (012345678901)",
        "AWS allows 6,144",
    ),
    "inline policy too long": Case(
        SET
        + "    inline_policy:\n      statements:\n"
        + f'        - {{Effect: Deny, Action: "*", Resource: "arn:{"x" * 10_240}"}}\n',
        4,
        "the inline policy of permission set 'Engineer' has 10,",
        "AWS allows 10,240",
    ),
    "too many policies": Case(
        SET + f"    aws_managed_policies: [{', '.join(f'P{number}' for number in range(26))}]\n",
        2,
        "has 26 policies",
        "25",
    ),
    "description too long": Case(SET + f"    description: {'x' * 701}\n", 3, "has 701 characters", "700"),
    "description with foreign letters": Case(SET + "    description: 説明\n", 3, "does not take", "Latin"),
    "relay state too long": Case(SET + f"    relay_state: {'x' * 241}\n", 3, "has 241 characters", "240"),
    "relay state with a space and more": Case(SET + "    relay_state: https://a/ü\n", 3, "the relay state", "URL"),
    "tag with odd characters": Case(SET + "    tags: {team: 'a;b'}\n", 3, "tag 'team'", "write letters"),
    "tag too long": Case(SET + f"    tags: {{team: {'x' * 257}}}\n", 3, "has 257 characters", "256"),
    "too many tags": Case(
        SET + f"    tags: {{{', '.join(f't{number}: x' for number in range(51))}}}\n", 2, "has 51 tags", "50"
    ),
    "policy with foreign letters": Case(
        statement('{Effect: Allow, Action: "*", Resource: "arn:aws:s3:::説"}'), 2, "has '説', which IAM does not take"
    ),
    "inline policy with foreign letters": Case(
        SET + '    inline_policy:\n      statements: [{Effect: Deny, Action: "*", Resource: "arn:説"}]\n', 4, "has '説'"
    ),
    "inline policy with the same sid twice": Case(
        SET
        + "    inline_policy:\n      statements:\n"
        + 2 * '        - {Sid: A, Effect: Deny, Action: "*", Resource: "*"}\n',
        4,
        "two statements with the Sid 'A'",
    ),
    "reserved tag": Case(SET + "    tags: {'aws:team': x}\n", 3, "tag 'aws:team'", "AWS's own"),
    # reach
    "a policy that does not reach": Case(
        POLICY.replace('"*"', "account:lab", 1) + SET + "    customer_managed_policies: [Guard]\n" + RULE,
        8,
        "policy 'Guard' does not reach account zero (012345678901), payments (111111111111)",
        "widen its targets",
    ),
    "a boundary that does not reach": Case(
        POLICY.replace('"*"', "account:lab", 1) + SET + "    permissions_boundary: {customer_managed: Guard}\n" + RULE,
        8,
        "permissions boundary 'Guard' does not reach account",
        "widen its targets",
    ),
    "a policy without statements there": Case(
        POLICY.replace('Resource: "*"', 'Resource: "*", targets: account:lab')
        + SET
        + "    customer_managed_policies: [Guard]\n"
        + RULE,
        8,
        "does not reach account",
        "no statement of it applies there",
    ),
    "a boundary that has ended": Case(
        POLICY.replace("Guard\n", "Guard\n    expires: 2026-01-01\n")
        + SET
        + "    permissions_boundary: {customer_managed: Guard}\n"
        + RULE,
        9,
        "does not reach",
        "expired on 2026-01-01",
    ),
    # organization.yaml
    "unknown setting": Case("", 1, "unknown key 'spoke_rol'", "'spoke_role'", "spoke_rol: x\n"),
    "unquoted suffix": Case("", 1, "not YAML", "quote text", "group_suffix: @corp.example.com\n"),
    "two documents of settings": Case(
        "", 3, "more than one document", "keep one", "spoke_role: a\n---\nspoke_role: b\n"
    ),
    "role as an ARN": Case(
        "", 1, "is not allowed", "path/RemitSpoke", "spoke_role: arn:aws:iam::111111111111:role/x\n"
    ),
    "role path with a slash first": Case("", 1, "'/x/Spoke' is not", "path/RemitSpoke", "spoke_role: /x/Spoke\n"),
    "bad region": Case("", 2, "'Frankfurt' is not allowed", "eu-central-1", "identity_center:\n  region: Frankfurt\n"),
    "vars of an unknown account": Case(
        "", 2, "account_vars: no account 'paymens'", "'payments'", "account_vars:\n  paymens: {a: b}\n"
    ),
    "vars by name and by id": Case(
        "",
        3,
        "two values",
        "keep one",
        "account_vars:\n  payments: {a: b}\n  111111111111: {a: c}\n",
    ),
    "suffix that no group has": Case(SET + RULE, 4, "no group 'sre@x'", "", 'group_suffix: "@x"\n'),
}


def problems_of(folder: Path, catalog: str, settings: str = "") -> tuple[Problem, ...]:
    (folder / "c.yaml").write_text(catalog or SET, encoding="utf-8")
    if settings:
        (folder / "organization.yaml").write_text(settings, encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        make_plan(load_catalog(folder), ORGANIZATION, at=AT, stack=STACK)
    return error.value.problems


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_broken_catalog_is_told_at_its_line(case: Case, tmp_path: Path):
    problem, *more = problems_of(tmp_path, case.catalog, case.settings)
    assert not more
    assert case.words in problem.message
    assert case.remedy in problem.remedy
    assert problem.source is not None
    file = "c.yaml" if case.catalog else "organization.yaml"
    assert (problem.source.file, problem.source.line) == (str(tmp_path / file), case.line)


def test_the_unbroken_parts_of_these_cases_make_a_plan(tmp_path: Path):
    (tmp_path / "c.yaml").write_text(POLICY + SET + RULE, encoding="utf-8")
    assert make_plan(load_catalog(tmp_path), ORGANIZATION, at=AT, stack=STACK).assignments


def test_all_problems_of_all_files_come_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("policies")
    (folder / "deep").mkdir(parents=True)
    (folder / "a.yaml").write_text(SET + "    descripton: x\n    session_duration: 1m\n", encoding="utf-8")
    (folder / "deep" / "b.yml").write_text(RULE.replace("Engineer", "[Engineer, Reader]"), encoding="utf-8")
    (folder / "c.yaml").write_text("access: [\n", encoding="utf-8")
    (folder / "organization.yaml").write_text("group_sufix: x\n", encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        load_catalog(folder)
    assert [str(problem.source) for problem in error.value.problems] == [
        "policies/a.yaml:3",
        "policies/a.yaml:4",
        "policies/c.yaml:2",
        "policies/deep/b.yml:3",
        "policies/organization.yaml:1",
    ]
    assert "'Engineer'" not in str(error.value), "a permission set that is broken is not unknown as well"
    assert error.value.exit_code == 2


def test_a_missing_folder_and_an_empty_one_are_errors(tmp_path: Path):
    with pytest.raises(CatalogError, match="there is no catalog folder"):
        load_catalog(tmp_path / "policy")
    with pytest.raises(CatalogError, match="an empty catalog would take away all access"):
        load_catalog(tmp_path)


@pytest.mark.parametrize("text", ["", "# access:\n", "---\n", "access:\npermission_sets: []\n"])
def test_a_catalog_without_any_entry_is_an_error(tmp_path: Path, text: str):
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"no entry .* would take away all access"):
        load_catalog(tmp_path)


def test_a_folder_that_cannot_be_looked_into_is_told_and_not_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(folder: str) -> object:  # the owner of a test may be root, whom nothing is closed to
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(CatalogError, match="closed: cannot be read: Permission denied"):
        load_catalog(tmp_path)


def test_a_link_to_a_folder_is_told_and_not_skipped(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.yaml").write_text(SET, encoding="utf-8")
    (tmp_path / "policies" / "access").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CatalogError, match="access: is a link to a folder"):
        load_catalog(tmp_path / "policies")


@pytest.mark.parametrize("name", ["c.yaml", "c.yml", "C.YAML", "deep/down/c.Yml"])
def test_every_yaml_file_is_read_however_its_ending_is_written(tmp_path: Path, name: str):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(SET, encoding="utf-8")
    assert load_catalog(tmp_path).permission_sets


def test_a_file_that_cannot_be_read_is_told_and_not_skipped(tmp_path: Path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(CatalogError, match=r"a\.yaml: cannot be read"):
        load_catalog(tmp_path)


def test_two_settings_files_are_an_error(tmp_path: Path):
    for name in ("organization.yaml", "organization.yml", "a.yaml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match="both exist"):
        load_catalog(tmp_path)


def test_a_file_that_cannot_be_decoded_is_told(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"access: \xff\n")
    with pytest.raises(CatalogError, match=r"a\.yaml:1: not readable as YAML"):
        load_catalog(tmp_path)


def test_hidden_files_and_the_schema_folder_are_not_read(tmp_path: Path):
    for name in ("schema/a.yaml", ".git/a.yaml", ".a.yaml", "b.json", "c.yaml~"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("broken: [", encoding="utf-8")
    (tmp_path / "d.yaml").write_text(SET, encoding="utf-8")
    assert len(load_catalog(tmp_path).permission_sets) == 1
