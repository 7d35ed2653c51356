"""What holds for all rules together: ignores, severities, order, the facts that they stand on, and the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remit.catalog import load_catalog
from remit.errors import CatalogError
from remit.linting import aws_policies, iam_facts
from remit.linting.escalations import ESCALATIONS
from remit.linting.globs import arns_meet, glob, globs_meet
from remit.linting.ground import ground_of
from remit.linting.ignores import ignores_in, ignores_of
from remit.linting.reference import PAGE, page
from remit.linting.registry import all_rules
from remit.linting.rule import Severity
from remit.linting.run import lint
from remit.linting.subject import Subject
from remit.snapshot import read_snapshot
from remit.stack import Stack
from sandbox import aws_policy_names
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of

ROOT = Path(__file__).parents[3]
USER = "access:\n  - {users: ann, permission_sets: Reader, targets: ou:A}\npermission_sets:\n  - {name: Reader}\n"
GLOBS = st.text("ab*?", max_size=6)


def rules_in(text: str, settings: str = "", comments: str = "") -> list[tuple[str, Severity]]:
    result = lint(Subject(catalog_of(text, settings), AT), list(ignores_of(comments, "c.yaml")))
    return [(finding.rule, finding.severity) for finding in result.findings]


def test_organization_yaml_changes_a_severity_or_switches_a_rule_off():
    assert rules_in(USER) == [("direct-user-access", Severity.WARNING)]
    assert rules_in(USER, "lint: {rules: {direct-user-access: error}}") == [("direct-user-access", Severity.ERROR)]
    assert rules_in(USER, "lint: {rules: {direct-user-access: off}}") == []


def test_a_rule_that_organization_yaml_misspells_is_an_error():
    with pytest.raises(CatalogError, match="no lint rule 'direct-user-acces'") as refused:
        rules_in(USER, "lint:\n  rules:\n    direct-user-acces: off\n")
    (problem,) = refused.value.problems
    assert problem.source is not None
    assert (problem.remedy, problem.source.line) == ("did you mean 'direct-user-access'?", 3)


def test_a_comment_hides_its_rule_on_its_line_alone(tmp_path: Path):
    file = tmp_path / "c.yaml"
    file.write_text(
        "permission_sets: [{name: Reader}]\n"
        "access:\n"
        "  - {users: ann, permission_sets: Reader, targets: ou:A} # remit: ignore direct-user-access  a contractor \n"
        "  - {users: ann, permission_sets: Reader, targets: ou:B}\n"
        "  # remit: ignore unused-policy , direct-user-access a contractor\n"
        "  # of ours\n"
        "\n"
        "  - {users: ann, permission_sets: Reader, targets: ou:C}\n",
        encoding="utf-8",
    )
    ignores = list(ignores_in([file]))
    assert [(each.rules, each.reason, each.line) for each in ignores] == [
        (("direct-user-access",), "a contractor", 3),
        (("unused-policy", "direct-user-access"), "a contractor", 8),
    ]
    result = lint(Subject(load_catalog(tmp_path), AT), ignores)
    assert [(each.rule, each.source.line) for each in result.findings] == [
        ("direct-user-access", 4),
        ("unused-ignore", 5),
    ]
    assert result.hidden == 2


@pytest.mark.parametrize("text", ["a: 'x # remit: ignore y z'\n", "a: |\n  # remit: ignore y z\n"])
def test_text_that_looks_like_a_comment_is_text(text: str):
    assert not list(ignores_of(text, "c.yaml"))


def test_findings_come_in_the_order_of_the_files_and_once_each():
    findings = lint(Subject(catalog_of(USER + "  - {name: B}\n  - {name: A}\n"), AT)).findings
    assert [each.source.line for each in findings] == [2, 5, 6]
    assert len(set(findings)) == len(findings)


def test_what_a_plan_refuses_is_refused_but_for_policies_that_do_not_reach():
    catalog = catalog_of(USER.replace("ou:A", "ou:Workload"))
    with pytest.raises(CatalogError, match="no organizational unit 'Workload'"):
        ground_of(catalog, ORGANIZATION, at=AT, stack=STACK)


def test_the_example_catalog_is_clean_with_and_without_accounts():
    catalog = load_catalog(ROOT / "policies")
    at = datetime(2026, 11, 24, tzinfo=UTC)
    ignores = list(ignores_in(sorted((ROOT / "policies").rglob("*.yaml"))))
    organization = read_snapshot(ROOT / "sandbox" / "organization.yaml")
    ground = ground_of(catalog, organization, at=at, stack=Stack("default"))
    alone, with_accounts = lint(Subject(catalog, at), ignores), lint(Subject(catalog, at, ground), ignores)
    assert [*alone.findings, *with_accounts.findings] == []
    assert with_accounts.hidden > alone.hidden > 5


def test_the_page_of_the_rules_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


def test_the_names_of_aws_policies_are_those_of_the_copy():
    assert aws_policy_names.FILE.read_text(encoding="utf-8") == aws_policy_names.text(), "run: make docs"
    assert {"ReadOnlyAccess", "job-function/SupportUser"} < aws_policies.aws_policy_names()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", aws_policies.published())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", iam_facts.published())


def test_every_action_of_an_escalation_exists():
    assert not [action for each in ESCALATIONS for action in each.actions if not iam_facts.matching(action)]


def test_rules_are_read_in_one_order():
    ids = [rule.id for rule in all_rules()]
    assert ids == sorted(set(ids))


@given(GLOBS, GLOBS)
@example("a*", "*b")
@example("?", "")
def test_globs_meet_in_both_directions_and_with_what_they_match(one: str, other: str):
    assert globs_meet(one, other) == globs_meet(other, one)
    assert globs_meet(one, one)
    assert globs_meet("*", one)
    if not set(other) & set("*?"):
        assert globs_meet(one, other) == fnmatchcase(other, one) == bool(glob(one).fullmatch(other))


def test_a_wildcard_of_an_arn_stays_between_its_colons():
    assert not arns_meet("arn:aws:s3:::bucket/*", "arn:*:s3:*:*:accesspoint/*/object/*")
    assert arns_meet("arn:aws:s3:*", "arn:*:s3:*:*:accesspoint/*")
    assert not globs_meet("arn:aws:s3:::a/*", "arn:aws:s3:::\0")
    assert globs_meet("arn:aws:s3:::a*", "arn:aws:s3:::\0/*")
