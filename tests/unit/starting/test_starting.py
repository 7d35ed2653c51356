"""`remit init` over values: what it finds out, what it writes, and what it tells from what a person wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from remit.catalog import load_catalog
from remit.catalog.load import load_settings
from remit.plan import make_plan
from remit.stack_file import read_stack
from remit.starting.example import is_example, is_example_stack, moved, sandbox_stack
from remit.starting.files import Answers, bootstrap_text, catalog_text, differences, settings_text, stack_texts
from remit.starting.repository import issuer_of, remote_of
from remit.starting.survey import NotReadyError, Survey, survey
from remit.territory import StackFile, territory_problems
from tests.unit.doctor.test_examination import DELEGATE, HUB, INSTANCE, FakeCloud
from tests.unit.small_world import AT, MANAGEMENT, ORGANIZATION, SHOP

ROOT = Path(__file__).parents[3]
FOUND = Survey(HUB, ORGANIZATION, (), "eu-central-1", INSTANCE, ("Admin",))
ANSWERS = Answers("prod", ("*", "management"), "management", "", "RemitSpoke", "shop/access", "github", "main")
DELEGATED = Answers("prod", ("*",), "management", SHOP, "RemitSpoke", "shop/access", "github", "main")


@pytest.mark.parametrize(
    ("url", "path", "host"),
    [
        ("git@github.com:shop/access.git", "shop/access", "github"),
        ("https://github.com/shop/access", "shop/access", "github"),
        ("https://token@gitlab.example.com/group/sub/access.git", "group/sub/access", "gitlab"),
        ("ssh://git@git.shop.example:2222/shop/access.git", "shop/access", ""),
    ],
)
def test_a_remote_says_whose_ci_it_is(url: str, path: str, host: str) -> None:
    remote = remote_of(url)
    assert remote
    assert (remote.path, remote.ci_host) == (path, host)


@pytest.mark.parametrize(
    ("url", "issuer"),
    [
        ("git@github.com:shop/access.git", ""),
        ("ssh://git@ssh.github.com:443/shop/access.git", ""),
        ("https://GitLab.com/group/access", ""),
        ("git@gitlab.example.com:group/access.git", "https://gitlab.example.com"),
        ("ssh://git@gitlab.example.com:2222/group/access.git", "https://gitlab.example.com"),
        ("https://gitlab.example.com:8443/group/access.git", "https://gitlab.example.com:8443"),
        ("git@github.example.com:shop/access.git", "https://github.example.com/_services/token"),
        ("git@notgithub.com:shop/access.git", "https://notgithub.com/_services/token"),
        ("git@shop.ghe.com:shop/access.git", "https://token.actions.shop.ghe.com"),
    ],
)
def test_a_host_of_ones_own_is_trusted_and_never_a_public_one_in_its_place(url: str, issuer: str) -> None:
    remote = remote_of(url)
    assert remote
    assert issuer_of(remote.host, remote.ci_host) == issuer
    text = bootstrap_text(FOUND, replace(ANSWERS, host=remote.host, ci_host=remote.ci_host))
    assert [line for line in text.splitlines() if "issuer" in line] == (
        [f"  remit-bootstrap:issuer: {issuer}"] if issuer else []
    )


def test_a_repository_without_a_known_host_comes_with_a_word_of_who_is_trusted() -> None:
    assert "of that name at github.com\n# is trusted" in bootstrap_text(FOUND, ANSWERS)
    assert "of that name" not in bootstrap_text(FOUND, replace(ANSWERS, host="github.com"))


def test_a_delegation_that_the_bootstrap_made_is_not_told_as_a_difference() -> None:
    before = bootstrap_text(FOUND, DELEGATED)
    after = bootstrap_text(replace(FOUND, delegates=(SHOP,)), DELEGATED)
    assert "registerDelegatedAdministrator: true" in before
    assert "registerDelegatedAdministrator: false" in after
    assert differences(Path("b.yaml"), after, before) == []


@pytest.mark.parametrize("url", ["/srv/git/access.git", "../access", "", "file:///srv/access"])
def test_a_path_is_no_host(url: str) -> None:
    assert remote_of(url) is None


@pytest.mark.parametrize("answers", [ANSWERS, DELEGATED], ids=["management account", "delegated administrator"])
def test_what_is_written_is_right_and_takes_nothing_from_anybody(answers: Answers, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "organization.yaml").write_text(settings_text(FOUND, answers))
    (tmp_path / "policies" / "first.yaml").write_text(catalog_text(FOUND))
    catalog = load_catalog(tmp_path / "policies")
    assert (catalog.settings.identity_center.region, catalog.settings.promotion) == ("eu-central-1", answers.stacks)
    assert catalog.access == ()
    files = []
    for name, text in stack_texts(answers).items():
        path = tmp_path / f"Pulumi.{name}.yaml"
        path.write_text(text)
        files.append(StackFile(path, read_stack(path)))
    assert [each.stack.unmanaged for each in files] == ["report"] * len(files)
    assert territory_problems(files, ORGANIZATION) == ()
    plans = [make_plan(catalog, ORGANIZATION, at=AT, stack=each.stack) for each in files]
    assert [len(each.permission_sets) for each in plans][-1] == 1
    assert not any(each.assignments or each.managed_policies for each in plans)


def test_the_first_permission_set_is_none_that_exists() -> None:
    there = Survey(HUB, ORGANIZATION, (), "us-east-1", INSTANCE, ("ReadOnly",))
    assert "name: RemitReadOnly" in catalog_text(there)


def test_the_bootstrap_file_sets_what_its_program_knows_and_nothing_else(tmp_path: Path) -> None:
    text = bootstrap_text(FOUND, DELEGATED)
    assert f'remit-bootstrap:delegatedAdministrator: "{SHOP}"' in text
    assert "remit-bootstrap:managementEnvironments: [management-run]" in text
    declared = ROOT / "bootstrap" / "Pulumi.yaml"
    if declared.is_file():
        assert not [line for line in text.splitlines() if ":" in line[2:] and line.startswith("  remit-")
                    and f"  {line.strip().rsplit(': ', 1)[0]}:" not in declared.read_text()]  # fmt: skip


def test_a_file_that_says_the_same_in_other_words_does_not_differ() -> None:
    wanted = settings_text(FOUND, ANSWERS)
    said = (
        'group_suffix: "@shop"\nspoke_role: "RemitSpoke"\npromotion: [prod]\nidentity_center: {region: eu-central-1}\n'
    )
    assert differences(Path("o.yaml"), wanted, said) == []
    (differs,) = differences(Path("o.yaml"), wanted, said.replace("eu-central-1", "us-east-1"))
    assert differs == "o.yaml: identity_center.region is us-east-1; init would write eu-central-1"


def test_the_shipped_example_is_known_and_works_from_its_new_place(tmp_path: Path) -> None:
    if not is_example(load_settings(ROOT / "policies")):
        pytest.skip("this project has a catalog of its own")
    assert is_example_stack((ROOT / "Pulumi.prod.yaml").read_text())
    assert not is_example_stack(stack_texts(ANSWERS)["prod"])
    text = sandbox_stack((ROOT / "Pulumi.sandbox.yaml").read_text())
    (tmp_path / "Pulumi.sandbox.yaml").write_text(text)
    assert read_stack(tmp_path / "Pulumi.sandbox.yaml").catalog == "sandbox/policies"
    for place in ("organization.yaml", "access/data.yaml"):
        text = moved((ROOT / "policies" / place).read_text(), Path(place))
        schema = text.split("$schema=", 1)[1].split()[0]
        assert (ROOT / "sandbox" / "policies" / place).parent.joinpath(schema).resolve().is_file()


def ask(cloud: FakeCloud, region: str = "", likely: tuple[str, ...] = ("us-east-1",)) -> Survey:
    return survey(lambda _: cloud, region=region, likely=likely)


def test_identity_center_is_looked_for_where_it_is_likely_then_everywhere() -> None:
    assert ask(FakeCloud()).region == "us-east-1"
    elsewhere = FakeCloud(by_region={"eu-west-1": INSTANCE})
    assert ask(elsewhere).region == "eu-west-1"
    with pytest.raises(
        NotReadyError, match=r"no instance in us-east-1; there is one in eu-west-1 \(--region eu-west-1\)"
    ):
        ask(elsewhere, region="us-east-1")
    with pytest.raises(NotReadyError, match="Identity Center is off"):
        ask(FakeCloud(by_region={}))


def test_a_member_account_without_delegation_is_told_how_to_get_it() -> None:
    with pytest.raises(NotReadyError, match="register-delegated-administrator"):
        ask(FakeCloud(who=DELEGATE))
    assert not ask(FakeCloud(who=DELEGATE, delegated=frozenset({SHOP}))).in_management
    assert ask(FakeCloud()).organization.management_account == MANAGEMENT
