"""docs/getting-started.md, word for word: its commands, run as they stand there against the sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from remit.aws.permissions.table import Role
from tests.e2e.world import AUDIT, AUDITORS, DEVELOPERS, MANAGEMENT, ROOT, SHOP_DEV, World

PAGE = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```bash ?(?P<who>\w*)\n(?P<script>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_HERE = ("# on a new machine\n", "# on AWS\n")


def blocks() -> list[tuple[str, str]]:
    """(who runs it, script), in order, less those that no sandbox can show."""
    found = [(match["who"], match["script"]) for match in BLOCK.finditer(PAGE)]
    return [(who, script) for who, script in found if not script.startswith(NOT_HERE)]


@pytest.fixture
def warm() -> None:
    """Every program starts for real."""


@pytest.fixture
def clone(fresh: World) -> World:
    """As after `git clone` and `make setup`: the example in policies/, a remote, no state."""
    folder = fresh.folder
    shutil.rmtree(folder / "policies")
    (folder / "Pulumi.test.yaml").unlink()
    (folder / "sandbox").unlink()  # a link to the real one, to which the example moves
    shutil.copytree(ROOT / "sandbox", folder / "sandbox", ignore=shutil.ignore_patterns("__pycache__", "policies"))
    shutil.copytree(ROOT / "policies", folder / "policies")
    for name in ("Pulumi.sandbox.yaml", "Pulumi.prod.yaml", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    for arguments in (["init", "-q"], ["remote", "add", "origin", "https://github.com/upstream/remit.git"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    fresh.environment["PATH"] = f"{ROOT / '.venv' / 'bin'}:{fresh.environment['PATH']}"
    return fresh


def follow(world: World, script: str, **keys: str) -> str:
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=world.folder,
        env=world.environment | keys,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_in_the_management_account(clone: World) -> None:
    said = "".join(follow(clone, script) for who, script in blocks() if not who)
    assert "shop/access at github.com" in said
    assert set(clone.permission_sets()) == {"ReadOnly"}
    assert clone.grants() == {("ReadOnly", SHOP_DEV, "GROUP", DEVELOPERS)}


def test_with_a_delegated_administrator(clone: World) -> None:
    clone.delegate(AUDIT, "sso.amazonaws.com")
    keys = {"": {}, "management": {}, "delegated": clone.session_in(AUDIT, Role.APPLY)}
    for who, script in blocks():
        if who:
            follow(clone, script, **keys[who])
    assert set(clone.permission_sets()) == {"ReadOnly", "ManagementReadOnly"}
    assert clone.grants() == {("ManagementReadOnly", MANAGEMENT, "GROUP", AUDITORS)}


def test_what_is_left_out_is_marked_and_the_rest_is_not(tmp_path: Path) -> None:
    every = [match["script"] for match in BLOCK.finditer(PAGE)]
    assert len(every) - len(blocks()) == 3
    assert PAGE.count("```bash") == len(every)
    for script in every:
        (tmp_path / "script").write_text(script)
        assert subprocess.run(["bash", "-n", "script"], cwd=tmp_path, check=False).returncode == 0
