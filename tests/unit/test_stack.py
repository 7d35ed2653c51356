"""A stack's settings, from its file and from Pulumi's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remit.errors import CatalogError
from remit.kept_fan_out import keeping, way_in
from remit.max_revoke import MaxRevoke
from remit.sharding import Shard
from remit.stack import CONFIG_KEYS, Stack
from remit.stack_file import read_stack


def write(folder: Path, text: str) -> Path:
    path = folder / "Pulumi.prod.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_stack_file_says_it_all(tmp_path: Path):
    text = """\
encryptionsalt: x
config:
  aws:region: eu-central-1
  remit:catalog: ../policies
  remit:scope: [ou:Workloads, account:012345678901]
  remit:permissionSets: refer
  remit:unmanaged: report
  remit:maxRevoke: 5%
  remit:requestRate: 15
  remit:fanOut: pooled
  remit:ownedPath: /remit/
  remit:unmanagedPolicies: remove
  remit:adopt: true
  remit:waves: [ou:Canary, "*"]
  remit:shard: 3/8
"""
    assert read_stack(write(tmp_path, text)) == Stack(
        name="prod",
        scope=("ou:Workloads", "account:012345678901"),
        permission_sets="refer",
        unmanaged="report",
        max_revoke=MaxRevoke(percent=5),
        request_rate=15.0,
        fan_out="pooled",
        owned_path="/remit/",
        unmanaged_policies="remove",
        adopt=True,
        waves=("ou:Canary", "*"),
        shard=Shard(3, 8),
        catalog="../policies",
    )


@pytest.mark.parametrize("text", ["", "config:\n", "config: {}\n", "encryptionsalt: x\n"])
def test_what_is_not_said_has_its_default(text: str, tmp_path: Path):
    assert read_stack(write(tmp_path, text)) == Stack("prod")


@pytest.mark.parametrize(
    "values",
    [
        {"scope": '["ou:A", "management"]', "maxRevoke": "50"},
        {"scope": ["ou:A", "management"], "maxRevoke": 50},
    ],
)
def test_pulumi_gives_text_or_values(values: dict[str, object]):
    stack = Stack.from_config("dev", values.get)
    assert stack == Stack("dev", scope=("ou:A", "management"), max_revoke=MaxRevoke(percent=None, count=50))


def test_pulumi_gives_the_defaults_as_empty_text_and_lists():
    assert Stack.from_config("dev", {"waves": "[]", "shard": "", "adopt": "false"}.get) == Stack("dev")
    assert Stack.from_config("dev", {"shard": "identity-center"}.get).shard == "identity-center"


def test_every_setting_that_takes_selectors_is_among_the_stacks_selectors():
    """What a look-up must find out goes by them: a setting that is left out would select nobody by tag."""
    probe = "tag:probe=yes"
    taking = []
    for key in CONFIG_KEYS:
        try:
            stack = Stack.from_config("dev", {key: [probe]}.get)
        except CatalogError:
            continue  # it takes no list
        taking.append(key)
        assert probe in stack.selectors, key
    assert taking == ["scope", "waves"]


def test_a_scope_of_one_needs_no_list():
    assert Stack.from_config("dev", {"scope": "management"}.get).scope == ("management",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("remit:scop: x", "unknown setting 'remit:scop' (did you mean 'remit:scope'?)"),
        ("remit:scope: Workloads", "remit:scope: 'Workloads' is no selector"),
        ("remit:scope: []", "remit:scope: takes a selector"),
        ("remit:scope:", "'remit:scope' has no value"),
        ("remit:maxRevoke:", "'remit:maxRevoke' has no value"),
        ("scope: ou:Workloads", "setting 'scope' names no project (write remit:scope)"),
        ("remit:scope: {a: b}", "remit:scope: takes a selector"),
        ("remit:scope: '[a'", "is no JSON list"),
        ("remit:scope: [{a: b}]", "is not text"),
        ("remit:permissionSets: mine", "'mine' is not known (write own, refer, own-management or own-members)"),
        ("remit:unmanaged: delete", "'delete' is not known (write remove or report)"),
        ("remit:requestRate: fast", "'fast' is not a number of requests a second"),
        ("remit:requestRate: 0", "'0' is not a number of requests a second"),
        ("remit:requestRate: inf", "AWS allows 20"),
        ("remit:maxRevoke: some", "'some' is neither a share nor a number"),
        ("remit:maxRevoke: 120%", "'120%' is neither"),
        ("remit:maxRevoke: -1", "'-1' is neither"),
        ("remit:catalog: []", "remit:catalog: [] is not text"),
        ("remit:adopt: perhaps", "'perhaps' is neither true nor false"),
        ("remit:waves: [Canary]", "'Canary' is no selector"),
        ("remit:shard: 9/8", "'9/8' is no shard (write such as 3/8"),
        ("remit:shard: 0/8", "'0/8' is no shard"),
        (
            "remit:shard: 3/8",
            "shard 3/8 has policies, and no permission sets to own (write `remit:permissionSets: refer`",
        ),
    ],
)
def test_a_bad_setting_is_told_at_its_line(text: str, words: str, tmp_path: Path):
    path = write(tmp_path, f"config:\n  {text}\n")
    with pytest.raises(CatalogError) as error:
        read_stack(path)
    (problem,) = error.value.problems
    assert words in str(problem)
    assert str(problem.source) == f"{path}:2"


def test_a_setting_beside_config_is_told_where_it_belongs(tmp_path: Path):
    with pytest.raises(CatalogError, match=r"'remit:scope' stands outside of `config:` \(write it below"):
        read_stack(write(tmp_path, "remit:scope: [management]\n"))


def test_all_bad_settings_come_at_once(tmp_path: Path):
    with pytest.raises(CatalogError) as error:
        read_stack(write(tmp_path, "config:\n  remit:x: y\n  remit:unmanaged: a\n  remit:scope: b\n"))
    assert [problem.source and problem.source.line for problem in error.value.problems] == [2, 3, 4]


def test_the_program_and_the_cli_refuse_the_same():
    with pytest.raises(CatalogError, match=r"Pulumi\.dev\.yaml \(remit:unmanaged\): remit:unmanaged: 'keep'"):
        Stack.from_config("dev", {"unmanaged": "keep"}.get)


@pytest.mark.parametrize("text", ["config: [\n", "config: text\n", "- a\n"])
def test_what_is_no_stack_file_is_told(text: str, tmp_path: Path):
    with pytest.raises(CatalogError, match=r"Pulumi\.prod\.yaml:"):
        read_stack(write(tmp_path, text))
    with pytest.raises(CatalogError, match="cannot be read"):
        read_stack(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("guard", "total", "most"),
    [
        (MaxRevoke(), 1_000, 200),
        (MaxRevoke(), 20, 10),
        (MaxRevoke(percent=0), 1_000, 10),
        (MaxRevoke(percent=None, count=3), 1_000, 3),
        (MaxRevoke(percent=None, count=0), 1_000, 0),
    ],
)
def test_the_guard_allows_a_share_or_a_number(guard: MaxRevoke, total: int, most: int):
    assert guard.most(total) == most
    assert guard.allows(most, total)
    assert not guard.allows(most + 1, total)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("confg:\n  remit:scope: management\n", "unknown setting 'confg' (did you mean 'config'?)"),
        ("config: {}\n---\nconfig: {remit:scope: management}\n", "a stack file is one document"),
    ],
)
def test_a_scope_that_pulumi_would_not_see_is_never_the_whole_organization(text: str, words: str, tmp_path: Path):
    with pytest.raises(CatalogError) as error:
        read_stack(write(tmp_path, text))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("said", "accounts", "meant"),
    [
        ("auto", 20, "aliases"),
        ("auto", 21, "pooled"),
        ("aliases", 1000, "aliases"),
        ("pooled", 1, "pooled"),
    ],
)
def test_auto_is_aliases_for_a_few_accounts(said: str, accounts: int, meant: str):
    assert Stack.from_config("dev", {"fanOut": said}.get).fan_out_over(accounts) == meant


@pytest.mark.parametrize("way", ["aliases", "pooled"])
def test_auto_stays_with_the_way_that_the_state_has_and_no_other_setting_does(way: str):
    assert [keeping(Stack("dev"), way).fan_out_over(accounts) for accounts in (1, 20, 21)] == [way] * 3
    assert keeping(Stack("dev", fan_out="pooled"), way).fan_out_over(1) == "pooled"
    assert keeping(Stack("dev"), None) == keeping(Stack("dev"), "else") == Stack("dev")


@pytest.mark.parametrize(
    ("guard", "way"),
    [
        ({"fanOut": "pooled"}, "pooled"),
        ({"fanOut": "aliases"}, "aliases"),
        ({}, "aliases"),
        ({"noPolicies": True}, None),
    ],
)
def test_the_state_says_which_way_it_has(guard: dict[str, Any], way: str | None):
    stack = {"type": "pulumi:pulumi:Stack"}
    exported = {"deployment": {"resources": [stack, {"type": "remit:index:RevocationGuard", "inputs": guard}]}}
    assert way_in(exported) == way
    assert way_in({"deployment": {"resources": [stack]}}) is way_in({"deployment": None}) is None


@pytest.mark.parametrize("path", ["/", "remit/", "/remit", "/re mit/", "//"])
def test_a_stack_owns_a_path_of_its_own(path: str):
    with pytest.raises(CatalogError, match="remit:ownedPath"):
        Stack.from_config("dev", {"ownedPath": path}.get)


def test_pulumis_empty_default_owns_nothing():
    assert Stack.from_config("dev", {"ownedPath": ""}.get).owned_path == ""
