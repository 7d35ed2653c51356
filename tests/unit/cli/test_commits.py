"""Which commit a stack has, by its state: whose turn it is, and which stacks CI runs again."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from remit.resource_types import APPLIED, REVOCATION_GUARD
from remit.revision import Revision, read_revision, said
from tests.unit.cli.conftest import Run

# Each stack's state is in a file: `stack export --stack NAME` prints it.
PULUMI = """#!/bin/sh
cat "$(dirname "$0")/$4.json" 2>/dev/null || { echo "error: no stack named '$4' found" >&2; exit 255; }
"""
ENDED = "access: [{groups: [engineers], permission_sets: [Engineer], targets: account:shop-prod, expires: 2020-01-01}]"


@dataclass
class Backend:
    """The stacks' states; and the project's commits."""

    folder: Path
    project: Path

    def has(self, stack: str, applied: Revision | None, begun: Revision | None = None) -> None:
        began = begun or applied
        resources = [
            {"urn": f"urn:pulumi:{stack}::remit::{type_}::x", "type": type_, "inputs": inputs}
            for type_, inputs in (
                (APPLIED, said(applied) if applied else None),
                (REVOCATION_GUARD, {"attempted": said(began)} if began else None),
            )
            if inputs
        ]
        state = {"version": 3, "deployment": {"resources": resources}}
        (self.folder / f"{stack}.json").write_text(json.dumps(state))

    def commit(self, file: str, text: str) -> Revision:
        (self.project / file).write_text(text)
        identity = ("-c", "user.name=t", "-c", "user.email=t@x.example", "-c", "commit.gpgsign=false")
        for arguments in (("add", "."), ("commit", "--quiet", "-m", file)):
            subprocess.run(["git", *identity, *arguments], cwd=self.project, check=True)
        found = read_revision(self.project / "policies", self.project / "Pulumi.prod.yaml")
        assert found is not None
        return found

    def checkout(self, revision: Revision) -> None:
        subprocess.run(["git", "checkout", "--quiet", revision.commit], cwd=self.project, check=True)


@pytest.fixture
def backend(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Backend:
    folder = tmp_path_factory.mktemp("backend")
    (folder / "pulumi").write_text(PULUMI)
    (folder / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("REMIT_ENGINE", "pulumi")
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    return Backend(folder, project)


def state_of(run: Run) -> str:
    (found,) = json.loads(run("stacks", "--json").stdout)["stacks"]
    return str(found["state"])


def test_what_a_newer_run_began_is_not_taken_back_by_an_older_commit(run: Run, backend: Backend) -> None:
    """It failed in some account, and then an older run got its approval: the stack has only a part of the newer one."""
    old = backend.commit("policies/organization.yaml", "promotion: [prod]\n")
    waits = backend.commit("policies/one.yaml", "access: []\n")
    newer = backend.commit("policies/two.yaml", "access: []\n")
    backend.has("prod", applied=old, begun=newer)
    assert state_of(run) == "waiting", "the merge that failed may be run again"
    for older in (waits, old):
        backend.checkout(older)
        assert state_of(run) == "ahead"
        refused = run("up", "--stack", "prod", "--promote", "--yes")
        assert refused.exit_code == 1
        assert f"stack prod has a part of a newer catalog already, {newer.commit[:12]}" in refused.stderr
    assert "has a part of a newer catalog" in run("stacks").stdout
    backend.has("prod", applied=old, begun=Revision(newer.commit, old.catalog, old.stack_file))
    assert state_of(run) == "current", "nothing of it is the stack's business"


def test_a_stack_that_is_not_there_yet_does_not_hold_up_the_others(run: Run, backend: Backend) -> None:
    (backend.project / "Pulumi.new.yaml").write_text("config: {}\n")
    first = backend.commit("policies/organization.yaml", "promotion: [new, prod]\n")
    backend.has("prod", applied=first)
    for option in ("--applied", "--ended"):
        done = run("ci", "stacks", option)
        assert json.loads(done.stdout) == [{"stack": "prod", "commit": first.commit}]
        assert "stack new is left out: there is no stack new yet" in done.stderr
    backend.has("new", applied=None)
    assert "stack new is left out: no run of stack new from a commit" in run("ci", "stacks", "--applied").stderr


def test_where_no_stack_is_there_it_is_another_backend(run: Run, backend: Backend) -> None:
    backend.commit("policies/organization.yaml", "promotion: [prod]\n")
    done = run("ci", "stacks", "--applied")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "PULUMI_BACKEND_URL" in done.stderr


def test_a_stack_runs_again_by_the_commit_that_was_begun(run: Run, backend: Backend) -> None:
    """Its program, too: what the newer one made is nothing that the older one knows."""
    old = backend.commit("policies/organization.yaml", "promotion: [prod]\n")
    newer = backend.commit("policies/two.yaml", ENDED)
    backend.has("prod", applied=old, begun=newer)
    assert run("ci", "commit", "--stack", "prod").stdout == f"{newer.commit}\n"
    assert json.loads(run("ci", "stacks", "--ended").stdout) == [{"stack": "prod", "commit": newer.commit}]


def test_one_stack_whose_commit_is_gone_does_not_keep_what_has_ended_elsewhere(run: Run, backend: Backend) -> None:
    (backend.project / "Pulumi.other.yaml").write_text("config: {}\n")
    backend.commit("policies/organization.yaml", "promotion: [other, prod]\n")
    there = backend.commit("policies/two.yaml", ENDED)
    lost = Revision("0" * 40, "1" * 40, there.stack_file)
    backend.has("other", applied=lost)
    backend.has("prod", applied=there)
    done = run("ci", "stacks", "--ended")
    assert [each["stack"] for each in json.loads(done.stdout)] == ["other", "prod"]
    assert "stack other: commit 000000000000 cannot be read" in done.stderr


def test_a_stack_with_changes_in_no_commit_is_run_so_that_it_fails_aloud(run: Run, backend: Backend) -> None:
    first = backend.commit("policies/organization.yaml", "promotion: [prod]\n")
    backend.has("prod", applied=Revision(first.commit, first.catalog, first.stack_file, dirty=True))
    assert json.loads(run("ci", "stacks", "--applied").stdout) == [{"stack": "prod", "commit": first.commit}]


@pytest.mark.parametrize(
    "command", [("repair", "--output"), ("up", "--scheduled", "--yes", "--drift"), ("up", "--scheduled", "--report")]
)
def test_what_an_older_run_left_is_not_taken_for_this_ones(
    run: Run, backend: Backend, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Nor does a run come to its end before it finds that it can write nothing."""
    backend.commit("policies/organization.yaml", "promotion: [prod]\n")
    backend.has("prod", applied=None)
    file = tmp_path / "told.json"
    file.write_text('{"of": "yesterday"}')
    done = run(*command, str(file), "--stack", "prod")
    assert done.exit_code == 1, done.stderr
    assert "no run of stack prod from a commit has succeeded yet" in done.stderr
    assert not file.exists() or "yesterday" not in file.read_text()
    nowhere = run(*command, str(tmp_path / "no" / "told.json"), "--stack", "prod")
    assert (nowhere.exit_code, f"{command[-1]} " in nowhere.stderr) == (2, True), nowhere.stderr
