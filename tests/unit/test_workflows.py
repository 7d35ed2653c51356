"""The workflows for a user's repository: every command in them exists, and nothing in them is looser than need be."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from engine.cli import cli as engine
from remit.cli.deploy import DRIFT
from remit.cli.main import remit
from remit.cli.run_report import REPORT, without_file
from remit.events import EVENT_TYPE

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FOR_USERS = [path for path in WORKFLOWS if path.stem != "ci"]
GITLAB = ROOT / "docs" / "gitlab-ci.yml"
OF_THE_ENGINE = {"preview", "up", "refresh", "destroy", "stack"}
OURS_IN_UP = {"--promote", "--scheduled"}
NAMES = [path.stem for path in FOR_USERS]


def read(path: Path) -> dict[str, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else str(key): value for key, value in found.items()}  # YAML 1.1 reads on: as true


def scripts(path: Path) -> Iterator[str]:
    """Every shell script of a workflow or a GitLab file."""
    jobs = read(path).get("jobs") or read(path)
    for job in jobs.values():
        if not isinstance(job, dict):
            continue
        yield from (step["run"] for step in job.get("steps", ()) if "run" in step)
        for key in ("before_script", "script", "after_script"):
            yield from (line for line in job.get(key, ()) if isinstance(line, str))


def commands(script: str) -> Iterator[list[str]]:
    """The arguments of each `remit` in a script."""
    for line in script.replace("\\\n", " ").splitlines():
        for part in re.split(r"\$\(|&&|\|\||[|;]|\bif\b", line):
            words = [word for word in shlex.split(part.replace('"', "").rstrip(")"), comments=True) if word]
            if words[:1] == ["remit"]:
                yield words[1 : next((i for i, word in enumerate(words) if re.match(r"[12]?>", word)), None)]


ALL = [(path.name, words) for path in [*FOR_USERS, GITLAB] for script in scripts(path) for words in commands(script)]


@pytest.mark.parametrize(("file", "words"), ALL, ids=[f"{file}: {' '.join(words[:2])}" for file, words in ALL])
def test_every_remit_command_and_option_in_the_workflows_exists(file: str, words: list[str]):
    command: click.Command = remit
    context = click.Context(remit)
    rest = words
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"{file}: no verb {rest[0]}"
        command, rest = found, rest[1:]
    if words[0] in OF_THE_ENGINE:
        rest = [each for each in rest if each not in OURS_IN_UP]
        for option in (REPORT, DRIFT):
            rest, _ = without_file(rest, option)
        command = engine.get_command(click.Context(engine), words[0]) or remit
    options = {name: option for option in command.params for name in option.opts}
    for argument in rest:
        if argument.startswith("-"):
            assert argument.partition("=")[0] in options, f"{file}: {' '.join(words)} has no option {argument}"
    needed = {option.opts[0] for option in command.params if option.required and isinstance(option, click.Option)}
    assert all(any(opt in rest for opt in options[name].opts) for name in needed), f"{file}: {' '.join(words)}"


def test_the_commands_were_found():
    assert {words[0] for _, words in ALL} >= {
        "validate",
        "lint",
        "diff",
        "preview",
        "up",
        "drift",
        "repair",
        "notify",
        "ci",
    }
    assert len(ALL) > 30


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit(path: Path):
    texts = [path.read_text(), (ROOT / ".github/actions/remit/action.yml").read_text()]
    uses = [line for text in texts for line in text.splitlines() if "uses:" in line and "./" not in line]
    assert uses
    for line in uses:
        assert re.search(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", FOR_USERS, ids=NAMES)
def test_nothing_is_allowed_but_what_a_job_asks_for(path: Path):
    workflow = read(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = {scope for scope, level in job.get("permissions", {}).items() if level == "write"}
        assert job.get("uses") or "timeout-minutes" in job, name
        # What may write to the repository never has a role in AWS, nor the reverse.
        assert not ("id-token" in writes and writes - {"id-token"}), name


@pytest.mark.parametrize("path", FOR_USERS, ids=NAMES)
def test_without_its_settings_a_workflow_does_nothing(path: Path):
    """Whoever copies the repository has green runs before anything is set up."""
    workflow = read(path)
    first = [job for job in workflow["jobs"].values() if "needs" not in job]
    assert all("vars.REMIT_" in job["if"] or path.stem == "stack" for job in first)


def test_a_pull_request_of_a_fork_gets_neither_role_nor_secret():
    workflow = read(ROOT / ".github/workflows/preview.yml")
    text = (ROOT / ".github/workflows/preview.yml").read_text()
    assert "secrets." not in text
    assert "pull_request_target" not in text
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    for name, job in workflow["jobs"].items():
        if "id-token" in job["permissions"]:
            assert job["if"] == own, name
    comment = workflow["jobs"]["comment"]
    assert comment["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_whatever_writes_to_a_stack_waits_for_its_turn():
    for name, job in (("stack", "up"), ("drift", "drift")):
        concurrency = read(ROOT / f".github/workflows/{name}.yml")["jobs"][job]["concurrency"]
        assert concurrency["group"].startswith("remit-${{ ")
        assert (concurrency["cancel-in-progress"], concurrency["queue"]) == (False, "max")
    event = read(ROOT / ".github/workflows/organization-event.yml")
    assert event["concurrency"] == {"group": "organization-event", "cancel-in-progress": False}


def test_the_gate_of_a_stack_has_the_reviewers_and_no_role_and_nothing_new_passes_by_it():
    """A job that waits for an approval keeps its concurrency group taken: so it has none."""
    jobs = read(ROOT / ".github/workflows/stack.yml")["jobs"]
    assert jobs["gate"]["environment"] == "${{ inputs.stack }}"
    assert "concurrency" not in jobs["gate"]
    assert not jobs["gate"].get("permissions")
    assert jobs["up"]["environment"] == "${{ inputs.stack }}-run"
    assert jobs["up"]["needs"] == "gate"
    assert "needs.gate.result == 'success' || !inputs.promote" in jobs["up"]["if"]
    for name in ("apply", "apply-comment"):
        assert read(ROOT / f".github/workflows/{name}.yml")["jobs"]["apply"]["with"]["promote"] is True
    for name in ("expire", "organization-event"):
        assert "promote" not in read(ROOT / f".github/workflows/{name}.yml")["jobs"]["up"]["with"]


def test_at_gitlab_nothing_but_a_merge_waits_for_an_approval():
    """Every job that deploys to an environment with approvals waits for them, whatever started it."""
    jobs = {name: job for name, job in read(GITLAB).items() if isinstance(job, dict)}
    for stack in ("dev", "prod"):
        assert jobs[f"gate {stack}"]["environment"] == {"name": stack}
        assert jobs[f"apply {stack}"]["needs"] == [f"gate {stack}"]
        assert jobs[f"apply {stack}"]["variables"] == {"STACK": stack}
    assert jobs["gate prod"]["needs"] == ["apply dev"]
    assert jobs[".gate"]["rules"] == jobs[".apply"]["rules"]
    others = {name: job["environment"]["name"] for name, job in jobs.items() if "environment" in job}
    assert {others[name] for name in others if not name.startswith("gate")} == {"$STACK-run"}


def test_the_event_that_the_component_sends_starts_the_workflow():
    event = read(ROOT / ".github/workflows/organization-event.yml")
    assert event["on"]["repository_dispatch"]["types"] == [EVENT_TYPE]


def test_the_pulumi_cli_and_plugin_are_those_of_the_sdk():
    pinned = dict(re.findall(r"^([\w-]+)==(.+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    action = (ROOT / ".github/actions/remit/action.yml").read_text()
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f"pulumi-version: {pinned['pulumi']}" in action
    assert f"pulumi/pulumi-base:{pinned['pulumi']} " in dockerfile
    assert f"resource aws-native {pinned['pulumi-aws-native']}" in dockerfile


def test_a_run_with_the_apply_role_lasts_as_long_as_bootstrap_lets_it():
    steps = read(ROOT / ".github/actions/remit/action.yml")["runs"]["steps"]
    (seconds,) = (
        given["role-duration-seconds"] for step in steps if "role-to-assume" in (given := step.get("with", {}))
    )
    assert seconds == "${{ endsWith(inputs.role, '/remit-apply') && 21600 || 3600 }}"
    assert "_LONGEST_RUN = 6 * 3600" in (ROOT / "bootstrap/hub.py").read_text()
    assert 'APPLY_ROLE = "remit-preview", "remit-apply"' in (ROOT / "bootstrap/trust.py").read_text()


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001" in last_stage


def test_remit_apply_under_two_pull_requests_is_done_one_after_the_other():
    """The whole workflow, with its merge: what is checked must still hold when it is applied."""
    concurrency = read(ROOT / ".github/workflows/apply-comment.yml")["concurrency"]
    assert "github.event.comment.body == 'remit apply' && 'apply' || github.run_id" in concurrency["group"]
    assert (concurrency["cancel-in-progress"], concurrency["queue"]) == (False, "max")


def test_a_repair_that_fails_hides_no_report_and_closes_no_issue():
    jobs = read(ROOT / ".github/workflows/drift.yml")["jobs"]
    steps = jobs["drift"]["steps"]
    repair = next(number for number, step in enumerate(steps) if "remit repair" in step.get("run", ""))
    assert all(step["if"] == "${{ !cancelled() }}" for step in steps[repair + 1 :])
    assert "continue-on-error" not in steps[repair], "the job fails all the same"
    assert "!cancelled()" in jobs["issue"]["if"]
    assert '[ "$DRIFT" != success ] && [ -z "$(ls -A told)" ]' in jobs["issue"]["steps"][-1]["run"]


def test_the_permission_sets_of_a_sharded_stack_let_go_where_a_shard_failed():
    """A policy may not be gone before they do: skipped, `access` would leave its shard failing for ever."""
    text = (ROOT / "docs" / "operations.md").read_text()
    (block,) = (found for found in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "remit shards" in found)
    jobs = yaml.safe_load(block)["jobs"]
    assert jobs["access"]["needs"] == "policies"
    assert jobs["policies"]["strategy"]["fail-fast"] is False
    assert jobs["access"]["if"] == "${{ !cancelled() && needs.policies.result != 'skipped' }}", "no shards, no turn"
    written = [words for job in jobs.values() for step in job["steps"] for words in commands(step["run"])]
    assert [words[0] for words in written] == ["shards", "up", "up"]
