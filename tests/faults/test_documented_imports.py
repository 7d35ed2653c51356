"""The import commands of docs/operations.md, on the real program, with the URNs as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from remit.snapshot import read_snapshot
from sandbox.server import Sandbox
from tests.e2e.by_hand import INSTANCE
from tests.e2e.world import EXAMPLE, ROOT, SHOP_PROD, World

LOST = ("aws-native:iam:ManagedPolicy", "aws-native:sso:PermissionSet", "remit:index:AccountAssignments")


def documented() -> list[list[str]]:
    """The arguments of each `pulumi import` in the text."""
    text = (ROOT / "docs" / "operations.md").read_text().replace("\\\n", " ")
    return [shlex.split(command) for command in re.findall(r"^ +pulumi (import .*)$", text, re.MULTILINE)]


def test_they_take_back_what_the_state_does_not_know(tmp_path: Path) -> None:
    with Sandbox(read_snapshot(EXAMPLE / "organization.yaml")) as sandbox:
        world = World(tmp_path, sandbox, "embedded")
        world.up()
        lost = forget(world, SHOP_PROD)
        assert len(lost) == 2
        assert "AlreadyExists" in world.run("up", "--yes", "--skip-preview").text
        for words, (kind, name, id_) in zip(documented(), lost, strict=True):
            assert words[-3] == kind
            given = [word.replace("prod", "test").replace("111122223333", SHOP_PROD) for word in words[:-2]]
            done = world.execute(*given, name, id_, program="engine")
            assert done.returncode == 0, done.stdout + done.stderr
        world.up()
        world.assert_converged()


def forget(world: World, account: str) -> list[tuple[str, str, str]]:
    """Takes one policy of the account, and one permission set with its assignments, out of the state."""
    exported = world._json("stack", "export", "--stack", "test")
    every = exported["deployment"]["resources"]
    policy = next(each for each in every if each["urn"].rpartition("::")[2].startswith(f"{account}/"))
    permission_set = next(each for each in every if each["type"] == LOST[1])
    name = permission_set["urn"].rpartition("::")[2]
    gone = {policy["urn"], permission_set["urn"]}
    gone |= {each["urn"] for each in every if each["type"] == LOST[2] and each["urn"].endswith(f"::{name}")}
    exported["deployment"]["resources"] = [each for each in every if each["urn"] not in gone]
    (world.folder / "state.json").write_text(json.dumps(exported))
    done = world.execute("stack", "import", "--stack", "test", "--file", "state.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert permission_set["id"].startswith(INSTANCE)
    return [(each["type"], each["urn"].rpartition("::")[2], each["id"]) for each in (policy, permission_set)]
