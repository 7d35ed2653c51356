"""How one stops using Remit, and keeps everything as it is."""

from __future__ import annotations

from tests.e2e.world import World


def test_a_stack_that_is_removed_leaves_everything_as_it_is(world: World) -> None:
    before = world.grants(), world.policies(), world.permission_sets()
    done = world.command("stack", "rm", world.stack, "--force", "--yes")
    assert done.code == 0, done.text
    assert (world.grants(), world.policies(), world.permission_sets()) == before
    assert world.grants()
