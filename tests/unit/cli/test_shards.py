"""`remit shards`: the split, the matrix for CI, and the stack files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from remit.shard_files import shard_file
from remit.sharding import Shard, shard_of
from remit.stack_file import read_stack
from tests.unit.cli.conftest import ORGANIZATION, Run

ORG = ("--organization", "org.yaml")
FLEET = [f"{number:012}" for number in range(300000000000, 300000000040)]


@pytest.fixture
def fleet(project: Path) -> Path:
    """Forty accounts more, and a stack of all of them."""
    ships = "".join(f'  - {{id: "{each}", name: ship-{each[-2:]}, ou: Fleet}}\n' for each in FLEET)
    (project / "org.yaml").write_text(ORGANIZATION.replace("groups:", f"{ships}groups:"))
    config = {"remit:scope": ["ou:Fleet"], "remit:shard": "identity-center", "remit:fanOut": "pooled"}
    (project / "Pulumi.prod.yaml").write_text(json.dumps({"config": config}))
    return project


def test_a_split_is_a_matrix_for_ci(run: Run, fleet: Path):
    answer = run("shards", *ORG, "--stack", "prod", "--max-accounts", "15", "--json")
    jobs = json.loads(answer.stdout)["include"]
    assert [job["stack"] for job in jobs] == [f"prod-shard-{number}" for number in range(1, len(jobs) + 1)]
    assert sum(job["accounts"] for job in jobs) == 40
    assert max(job["accounts"] for job in jobs) <= 15
    assert answer.stderr == ""
    assert list(fleet.glob("Pulumi.prod-shard-*")) == []


def test_written_files_keep_their_number_of_shards_until_told_otherwise(run: Run, fleet: Path):
    first = run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "4", "--write")
    assert first.stdout.splitlines()[0].startswith("stack prod: 40 accounts in 4 shards, at most")
    stacks = [read_stack(fleet / f"Pulumi.prod-shard-{number}.yaml") for number in (1, 2, 3, 4)]
    assert [stack.shard for stack in stacks] == [Shard(number, 4) for number in (1, 2, 3, 4)]
    assert {(stack.scope, stack.permission_sets, stack.fan_out) for stack in stacks} == {
        (("ou:Fleet",), "refer", "pooled")
    }
    names = [f"--stack=prod-shard-{number}" for number in (1, 2, 3, 4)]
    assert run("validate", *ORG, "--stack", "prod", *names).exit_code == 0

    again = json.loads(run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--json").stdout)
    assert len(again["include"]) == 4
    full = run("shards", *ORG, "--stack", "prod", "--max-accounts", "5")
    assert full.exit_code == 2
    assert "more than 5 --shards" in " ".join(full.stderr.split())
    more = run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "5", "--write")
    changed = sum(shard_of(account, 5) == 5 for account in FLEET)
    assert f"5 shards instead of 4 move {changed} accounts" in more.stderr


def test_shards_that_ci_does_not_run_are_told(run: Run, fleet: Path):
    def told(order: str) -> str:
        (fleet / "policies" / "organization.yaml").write_text(f"promotion: {order}\n")
        return run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "2").stderr

    said = told("[prod]")
    assert "policies/organization.yaml:1: warning: promotion names prod, and not prod-shard-1, prod-shard-2" in said
    assert '"prod-shard-*"' in said
    assert told('["prod-shard-*", prod]') == told("[dev]") == ""


def test_fewer_shards_leave_no_stack_behind(run: Run, fleet: Path):
    run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "3", "--write")
    told = run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "2", "--write")
    assert told.exit_code == 2
    assert "2 shards leave prod-shard-3 over" in told.stderr
    (fleet / "Pulumi.prod-shard-3.yaml").unlink()
    assert run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "2", "--write").exit_code == 0


def test_files_that_disagree_are_told(run: Run, fleet: Path):
    run("shards", *ORG, "--stack", "prod", "--max-accounts", "40", "--shards", "2", "--write")
    file = fleet / "Pulumi.prod-shard-2.yaml"
    file.write_text(file.read_text().replace("2/2", "2/3"))
    told = run("shards", *ORG, "--stack", "prod", "--max-accounts", "40")
    assert told.exit_code == 2
    assert "is one of 2 shards, Pulumi.prod-shard-2.yaml one of 3" in " ".join(told.stderr.split())


def test_a_stack_that_keeps_its_policies_is_told_not_to(run: Run, fleet: Path):
    (fleet / "Pulumi.prod.yaml").write_text('config: {"remit:scope": ["ou:Fleet"]}\n')
    told = run("shards", *ORG, "--stack", "prod", "--max-accounts", "40")
    assert told.exit_code == 0
    assert "set remit:shard: identity-center" in " ".join(told.stderr.split())


def test_too_many_shards_are_refused(run: Run, fleet: Path):
    assert run("shards", *ORG, "--stack", "prod", "--max-accounts", "0").exit_code == 2
    assert run("shards", *ORG, "--stack", "nope", "--max-accounts", "9").exit_code == 2
    assert fleet.is_dir()


def test_what_pulumi_keeps_in_a_file_stays_there():
    before = shard_file(
        "prod", "config: {'remit:scope': [ou:A]}", Shard(1, 2), "encryptionsalt: mine\nconfig: {a:b: c}"
    )
    assert yaml.safe_load(before) == {
        "encryptionsalt": "mine",
        "config": {"remit:scope": ["ou:A"], "remit:permissionSets": "refer", "remit:shard": "1/2"},
    }
    assert "encryptionsalt" not in shard_file("prod", "encryptionsalt: theirs\nconfig: {}", Shard(1, 2))
