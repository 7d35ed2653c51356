"""What someone changed by hand: refresh shows each, up repairs each."""

from __future__ import annotations

from tests.e2e.world import ADA, AUDIT, CONTRACTORS, DEVELOPERS, SHOP_DEV, SHOP_PROD, World


def give(world: World) -> None:
    world.assign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)


def give_to_a_user(world: World) -> None:
    world.assign("Auditor", AUDIT, "USER", ADA)


def take(world: World) -> None:
    world.unassign("Developer", SHOP_DEV, "GROUP", DEVELOPERS)


def edit_a_policy(world: World) -> None:
    world.write_policy(SHOP_DEV, "/remit/Guardrail", {"Effect": "Allow", "Action": "*", "Resource": "*"})


def delete_a_policy(world: World) -> None:
    world.delete_policy(SHOP_DEV, "/remit/Standalone")


def edit_a_permission_set(world: World) -> None:
    world.set_duration("Auditor", "PT12H")


def attach_a_policy(world: World) -> None:
    world.attach("Auditor", "arn:aws:iam::aws:policy/AdministratorAccess")


# No two of a group touch the same resource, so that each is shown and repaired by itself.
APART = (
    (
        (give, f"{SHOP_PROD}/GROUP/{CONTRACTORS}"),
        (give_to_a_user, f"{AUDIT}/USER/{ADA}"),
        (edit_a_policy, "policyDocument"),
        (delete_a_policy, f"{SHOP_DEV}/Standalone"),
        (edit_a_permission_set, "PT12H"),
    ),
    ((take, f"{SHOP_DEV}/GROUP/{DEVELOPERS}"), (attach_a_policy, "AdministratorAccess")),
)
DEEDS = tuple(deed for group in APART for deed in group)


def test_what_was_changed_by_hand_is_shown_by_refresh_and_repaired_by_up(world: World) -> None:
    before = world.grants(), world.policies(), world.permission_sets()
    for group in APART:
        for tamper, _ in group:
            untouched = world.grants(), world.policies(), world.permission_sets()
            tamper(world)
            assert (world.grants(), world.policies(), world.permission_sets()) != untouched, tamper.__name__
        shown = world.refresh("--diff").text
        assert [tamper.__name__ for tamper, sign in group if sign not in shown] == []
        world.up()
        assert (world.grants(), world.policies(), world.permission_sets()) == before
    world.preview("--refresh", "--expect-no-changes")


def test_a_preview_with_refresh_shows_drift_and_changes_nothing(world: World) -> None:
    for tamper, _ in DEEDS:
        tamper(world)
    before = world.grants(), world.policies(), world.permission_sets()
    shown = world.preview("--refresh", "--diff").text
    assert [sign for _, sign in DEEDS if sign not in shown] == []
    assert (world.grants(), world.policies(), world.permission_sets()) == before


def test_up_with_refresh_repairs_everything_at_once(world: World) -> None:
    before = world.grants(), world.policies(), world.permission_sets()
    for tamper in (give, take, edit_a_policy, delete_a_policy, edit_a_permission_set):
        tamper(world)
    world.up("--refresh")
    assert (world.grants(), world.policies(), world.permission_sets()) == before
