"""Each rule fires at the right place, and not on the nearest good case.

tests/fixtures/rules/RULE has bad*.yaml and good*.yaml. In a bad one § stands before each place that is found, and
`# says:` lines at the top hold words of the messages. Those called …-in-accounts are linted in an organization.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from remit.catalog import load_catalog
from remit.linting.ground import ground_of
from remit.linting.ignores import ignores_in
from remit.linting.registry import all_rules
from remit.linting.rule import Accounts, Finding, Rule
from remit.linting.run import lint
from remit.linting.subject import Subject
from tests.unit.small_world import AT, ORGANIZATION, STACK, account

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"
MARK = "§"
MORE = [account(f"55555555555{number}", f"extra-{number}", "Workloads/Dev") for number in range(6)]
LARGER = ORGANIZATION.model_copy(update={"accounts": (*ORGANIZATION.accounts, *MORE)})
BAD = sorted(FIXTURES.glob("*/bad*.yaml"))
GOOD = sorted(FIXTURES.glob("*/good*.yaml"))


def found_by(rule: str, fixture: Path, folder: Path) -> tuple[Sequence[Finding], set[tuple[int, int]]]:
    """What the rule finds in a fixture, and the places that are marked in it."""
    marked = fixture.read_text(encoding="utf-8")
    (folder / "c.yaml").write_text(marked.replace(MARK, ""), encoding="utf-8")
    settings = fixture.with_name("organization.yaml")
    if settings.exists():
        (folder / "organization.yaml").write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    catalog = load_catalog(folder)
    in_accounts = fixture.stem.endswith("-in-accounts")
    ground = ground_of(catalog, LARGER, at=AT, stack=STACK) if in_accounts else None
    result = lint(Subject(catalog, AT, ground), list(ignores_in([folder / "c.yaml"])))
    return [finding for finding in result.findings if finding.rule == rule], set(marks_in(marked))


def marks_in(text: str) -> list[tuple[int, int]]:
    """Line and column of each mark, as if the marks were not there."""
    return [
        (number, found.start() + 1 - before)
        for number, line in enumerate(text.splitlines(), start=1)
        for before, found in enumerate(re.finditer(MARK, line))
    ]


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("fixture", BAD, ids=name_of)
def test_a_rule_fires_at_the_line_and_column_of_the_mistake(fixture: Path, tmp_path: Path):
    found, marks = found_by(fixture.parent.name, fixture, tmp_path)
    assert marks
    assert {(each.source.line, each.source.column) for each in found} == marks
    assert {each.source.file for each in found} == {str(tmp_path / "c.yaml")}
    messages = [each.message.replace(f"{tmp_path}/", "") for each in found]
    for words in re.findall(r"^# says: (.*)$", fixture.read_text(encoding="utf-8"), re.MULTILINE):
        assert any(words in message for message in messages), f"{words!r} is in none of {messages}"
    assert all(each.why and each.fix for each in found)


@pytest.mark.parametrize("fixture", GOOD, ids=name_of)
def test_a_rule_is_silent_on_the_nearest_good_case(fixture: Path, tmp_path: Path):
    found, marks = found_by(fixture.parent.name, fixture, tmp_path)
    assert not marks
    assert not [f"{each.source.line}: {each.message}" for each in found]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_whole_and_has_a_bad_and_a_good_case(rule: Rule):
    assert rule.id == type(rule).__module__.rpartition(".")[2].replace("_", "-")
    assert all((rule.title, rule.why, rule.fix, rule.source))
    assert not rule.title.endswith(".")
    assert rule.source.startswith(("https://", "docs/"))
    if rule.accounts is Accounts.ASKED:
        return  # test_access_analyzer.py has its cases: AWS's answers are no files
    kinds = {path.stem for path in (FIXTURES / rule.id).glob("*.yaml")}
    in_accounts = "-in-accounts" if rule.accounts is Accounts.NEEDED else ""
    assert {f"bad{in_accounts}", f"good{in_accounts}"} <= kinds
    if rule.accounts is Accounts.SHARPEN and rule.id not in {"aws-limits", "duplicate-access-rule"}:
        assert {"bad-in-accounts", "good-in-accounts"} <= kinds


def test_every_fixture_belongs_to_a_rule():
    assert {path.name for path in FIXTURES.iterdir()} == {
        rule.id for rule in all_rules() if rule.accounts is not Accounts.ASKED
    }
