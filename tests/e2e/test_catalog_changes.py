"""What a commit changes, and that it changes nothing else."""

from __future__ import annotations

from tests.e2e.world import AUDIT, AUDITORS, CONTRACTORS, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World


def test_a_changed_statement_touches_only_the_accounts_that_it_applies_to(world: World) -> None:
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    assert world.steps() == {("update", f"{SHOP_DEV}/Guardrail"), ("update", f"{PAY_DEV}/Guardrail")}
    world.up()
    world.assert_converged()


FIELDS = {
    "description": ("description: Day-to-day development", "description: Development"),
    "session_duration": ("session_duration: 8h", "session_duration: 4h"),
    "relay_state": ("tags: {team: shop}", "tags: {team: shop}\n    relay_state: https://console.aws.amazon.com/ec2/"),
    "aws_managed_policies": ("[ReadOnlyAccess]", "[ReadOnlyAccess, job-function/SupportUser]"),
    "inline_policy": (
        "tags: {team: shop}",
        'tags: {team: shop}\n    inline_policy: {statements: [{Effect: Allow, Action: "sqs:*", Resource: "*"}]}',
    ),
    "permissions_boundary": (
        "tags: {team: shop}",
        "tags: {team: shop}\n    permissions_boundary: {customer_managed: Guardrail}",
    ),
    "customer_managed_policies": ("customer_managed_policies: [Guardrail]", "customer_managed_policies: []"),
    "tags": ("tags: {team: shop}", "tags: {team: shop, cost: low}"),
}


def test_a_permission_set_changes_in_every_field_one_by_one_and_nothing_else_does(world: World) -> None:
    for field, (old, new) in FIELDS.items():
        before = world.permission_sets()["Developer"]
        world.edit("permission-sets.yaml", old, new)
        assert world.changes(world.up()) == {("update", "Developer")}, field
        after = world.permission_sets()["Developer"]
        assert [name for name in after if after[name] != before[name]] == [field]
    world.preview("--expect-no-changes")
    world.assert_converged()


def test_a_renamed_permission_set_is_made_anew_with_its_assignments(world: World) -> None:
    world.edit("permission-sets.yaml", "name: Developer", "name: Builder")
    world.edit("access.yaml", "permission_sets: [Developer]", "permission_sets: [Builder]")
    world.up()
    world.assert_converged()
    assert set(world.permission_sets()) == {"Builder", "Auditor"}


def test_a_permission_set_that_leaves_the_catalog_goes_after_its_assignments(world: World) -> None:
    world.edit("access.yaml", '  - groups: [auditors]\n    permission_sets: [Auditor]\n    targets: "*"\n', "")
    world.edit("access.yaml", "    except: account:pay-prod\n", "")
    world.edit(
        "permission-sets.yaml",
        "  - name: Auditor\n    description: Reads\n    aws_managed_policies: [SecurityAudit]\n",
        "",
    )
    assert ("delete", "Auditor") in world.steps()
    world.up()
    world.assert_converged()
    assert set(world.permission_sets()) == {"Developer"}
    assert {grant[0] for grant in world.grants()} == {"Developer"}


def test_a_renamed_policy_moves_everyone_over_before_the_old_one_goes(world: World) -> None:
    world.edit("managed.yaml", "name: Guardrail", "name: Rail")
    world.edit("permission-sets.yaml", "[Guardrail]", "[Rail]")
    world.up()
    world.assert_converged()
    assert {name for _, name in world.policies()} == {"Rail", "Standalone"}


def test_a_policy_that_moves_to_another_path_is_replaced(world: World) -> None:
    world.edit("managed.yaml", "name: Standalone\n    path: /remit/", "name: Standalone\n    path: /remit/logs/")
    assert {name for _, name in world.steps()} == {f"{SHOP_DEV}/Standalone", f"{PAY_DEV}/Standalone"}
    world.up()
    world.assert_converged()
    assert world.policies()[SHOP_DEV, "Standalone"]["path"] == "/remit/logs/"


def test_a_new_rule_gives_access_and_a_removed_one_takes_it(world: World) -> None:
    world.add("more.yaml", "access: [{groups: [contractors], permission_sets: [Auditor], targets: account:shop-dev}]\n")
    world.up()
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) in world.grants()
    world.add("more.yaml", "access: []\n")
    world.up()
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) not in world.grants()
    world.assert_converged()


def test_temporary_access_ends(world: World) -> None:
    rule = "access: [{groups: [contractors], permission_sets: [Auditor], targets: account:shop-dev, expires: %s}]\n"
    world.add("temporary.yaml", rule % "2099-12-31T18:00:00Z")
    world.up()
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) in world.grants()
    world.add("temporary.yaml", rule % "2020-12-31T18:00:00Z")
    world.up()
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) not in world.grants()


def test_an_exception_withholds_what_a_wide_rule_gives(world: World) -> None:
    audited = {account for name, account, _, principal in world.grants() if principal == AUDITORS}
    assert audited == {SHOP_PROD, SHOP_DEV, PAY_DEV, AUDIT}
    assert PAY_PROD not in audited


def test_a_bad_catalog_is_refused_before_anything_is_written(world: World) -> None:
    before = world.state()
    world.edit("access.yaml", "targets: ou:Workloads", "targets: ou:Wrkloads")
    run = world.run("up", "--yes", "--skip-preview")
    assert run.code != 0
    assert "access.yaml:4" in run.text
    assert "Workloads" in run.text
    assert world.state() == before
