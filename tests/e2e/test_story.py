"""One organization, one repository, from a pull request to access that ends: by the commands of the workflow files.

The host (GitHub), the chat and AWS are real servers on this machine. Each step says what people see of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.workflows import Job, Workflows
from tests.e2e.world import (
    ADA,
    AUDITORS,
    CONTRACTORS,
    DEVELOPERS,
    PAY_DEV,
    PAY_PROD,
    ROOT,
    SHOP_DEV,
    World,
)
from tests.hosts.github import REPOSITORY, TOKEN, FakeGitHub
from tests.unit.notify.chat import Chat
from tests.warm import LATER

CHANNELS = "channels:\n  - {kind: slack, url_env: SLACK_WEBHOOK_URL}\n"
PULL = 7
TEMPORARY = """access:
  - groups: [contractors]
    permission_sets: [Auditor]
    targets: account:shop-dev
    expires: {ends}
    reason: TICKET-7
"""


class Story:
    """A repository on the host, its work tree, and who looks at it."""

    def __init__(self, world: World, host: FakeGitHub, chat: Chat) -> None:
        self.world, self.host, self.chat = world, host, chat
        self._git("init", "-q", "-b", "main")
        self.flows = Workflows(world, host, SLACK_WEBHOOK_URL=chat.environment["SLACK_URL"])
        exclude = world.folder / ".git" / "info" / "exclude"
        exclude.write_text("/*\n!/policies\n!/Pulumi.*.yaml\n!/notifications.yaml\n")
        self._git("add", "-A")
        self.commit("What everybody has")

    def commit(self, message: str) -> str:
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self) -> str:
        return self._git("rev-parse", "HEAD").strip()

    def branch(self, name: str) -> None:
        self._git("checkout", "-q", "-b", name)

    def merge(self, name: str) -> str:
        self._git("checkout", "-q", "main")
        self._git("merge", "-q", "--no-ff", "-m", f"Merge {name}", name)
        return self.head()

    def preview(self, *, stacks: bool = True) -> dict[str, Any]:
        """The preview workflow; returns the one comment of ours. Without `stacks`, their previews are as they were."""
        branch, base = self._git("branch", "--show-current").strip(), self._git("rev-parse", "main").strip()
        known = {"github__event__pull_request__base__sha": base, "github__event__pull_request__number": str(PULL)}
        check = self.succeed(self.flows.run("preview", "check"))
        self.succeed(self.flows.run("preview", "access", **known))
        for each in check.stacks if stacks else ():
            self.succeed(self.flows.run("preview", "preview", matrix__stack=each["stack"]))
        self.succeed(self.flows.run("preview", "comment", **known))
        self._git("checkout", "-q", branch)
        (comment,) = self.host.comments[PULL]
        return comment

    def apply(self) -> list[Job]:
        """The apply workflow on main: stack after stack, until one fails."""
        sha, jobs = self.head(), []
        for each in self.succeed(self.flows.run("apply", "stacks")).stacks:
            jobs.append(self.flows.run("apply", "apply", matrix__stack=each["stack"], github__sha=sha))
            if jobs[-1].failed:
                break
        return jobs

    def run_again(self, file: str) -> list[str]:
        """The stacks that an event's or the hourly workflow ran again."""
        ran = []
        for each in self.succeed(self.flows.run(file, "stacks")).stacks:
            known = {"matrix__stack": each["stack"], "matrix__commit": each["commit"]}
            self.succeed(self.flows.run(file, "up", **known))
            ran.append(each["stack"])
        self._git("checkout", "-q", "main")
        return ran

    def drift(self) -> None:
        self.flows.new_run()
        for each in self.succeed(self.flows.run("drift", "stacks")).stacks:
            self.succeed(self.flows.run("drift", "drift", matrix__stack=each["stack"]))
        self.succeed(self.flows.run("drift", "issue", needs__drift__result="success"))

    def assert_as_planned(self) -> None:
        """Every grant and policy that the catalog gives in the two stacks is there, and no other."""
        plans, live = [self.world.plan(stack) for stack in ("dev", "prod")], self.world.state()
        assert {_grant(each) for each in live["assignments"]} == {
            _grant(each) for plan in plans for each in plan["assignments"]
        }
        assert set(self.world.policies()) == {
            (each["account"], each["name"]) for plan in plans for each in plan["managed_policies"]
        }

    def said(self) -> str:
        """What the chat was told since the last time somebody looked, as text."""
        posts = self.chat.received.pop("/slack", [])
        return "\n".join(json.dumps(post.json(), ensure_ascii=False) for post in posts)

    @staticmethod
    def succeed(job: Job) -> Job:
        assert not job.failed, job.text
        return job

    def _git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=ada", "-c", "user.email=ada@shop.example"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.world.folder, check=True, capture_output=True, text=True
        )
        return done.stdout


@pytest.fixture
def story(fresh: World) -> Iterator[Story]:
    """Two stacks that have everything, the organization's events on their way, and nobody told of anything yet."""
    with FakeGitHub() as host, Chat() as chat:
        (fresh.folder / "Pulumi.test.yaml").unlink()
        fresh.add_stack("dev", scope=["ou:Workloads/Dev"], permissionSets="refer")
        fresh.add_stack("prod", scope=["ou:Workloads/Prod", "ou:Security"])
        fresh.add("organization.yaml", 'group_suffix: "@shop.example"\npromotion: [dev, prod]\n')
        fresh.edit("permission-sets.yaml", "description: Reads\n", "description: Reads\n    drift: report\n")
        (fresh.folder / "notifications.yaml").write_text(CHANNELS)
        _carry_events(fresh, host)
        made = Story(fresh, host, chat)
        for job in made.apply():
            made.succeed(job)
        known = {"matrix__stack": "dev", "matrix__commit": made.head()}
        made.succeed(made.flows.run("organization-event", "up", **known))  # now the permission sets are there
        made.said()
        host.dispatches.clear()
        yield made


def _carry_events(world: World, host: FakeGitHub) -> None:
    """events/, applied: what happens in the organization reaches the host."""
    folder = world.folder / "events"
    shutil.copytree(ROOT / "events", folder)
    config = {"target": REPOSITORY, "api": host.url, "region": "us-east-1", "ownRoles": [], "token": TOKEN}
    values = {f"remit-events:{name}": value for name, value in config.items()}
    (folder / "Pulumi.main.yaml").write_text(json.dumps({"config": values}))
    engine = ["pulumi"] if world.engine == "pulumi" else [sys.executable, "-m", "engine"]
    for words in (["stack", "init", "main"], ["up", "--stack", "main", "--yes", "--skip-preview"]):
        subprocess.run([*engine, *words], cwd=folder, env=world.environment, check=True, capture_output=True)


def test_from_a_pull_request_to_access_that_ends(story: Story) -> None:
    _a_pull_request_shows_what_it_will_do_in_one_comment(story)
    _merged_it_goes_through_two_stacks_and_jumps_over_none(story)
    _an_account_that_is_created_by_hand_gets_what_its_place_gives(story)
    _what_is_clicked_together_goes_or_waits_for_a_person(story)
    _remit_apply_under_a_pull_request_comes_before_its_merge(story)
    _access_ends_and_leaves_the_files(story)


def _a_pull_request_shows_what_it_will_do_in_one_comment(story: Story) -> None:
    world, host, before = story.world, story.host, story.world.state()
    story.branch("more-for-developers")
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*", "lambda:*", "sqs:*"]')
    story.commit("Queues for developers")
    host.open_pull(PULL, story.head())
    first = dict(story.preview())
    assert first["body"].startswith("<!-- remit:preview -->\n\n### What this changes\n")
    assert "policy `Guardrail` changes in 2 accounts: all of Workloads/Dev (policies/managed.yaml:2)" in first["body"]
    assert "**widens** statement `Build` (Allow): Action + `sqs:*`" in first["body"]
    assert "<details><summary>preview-dev</summary>" in first["body"]
    assert f"ManagedPolicy::{SHOP_DEV}/Guardrail]" in first["body"]
    ends = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    world.add("temporary.yaml", TEMPORARY.format(ends=ends))
    story.commit("Contractors, until the audit is over")
    second = story.preview(stacks=False)
    assert (second["id"], len(host.comments[PULL])) == (first["id"], 1)
    assert "`contractors@shop.example` gains `Auditor` in shop-dev (policies/temporary.yaml:2)" in second["body"]
    assert world.state() == before


def _merged_it_goes_through_two_stacks_and_jumps_over_none(story: Story) -> None:
    world, before = story.world, story.world.state()
    story.merge("more-for-developers")
    jumped = story.flows.run("apply", "apply", matrix__stack="prod", github__sha=story.head())
    assert jumped.failed
    assert "prod comes after dev" in jumped.text
    assert world.state() == before
    assert "Remit prod: up failed" in story.said()
    for job in story.apply():
        story.succeed(job)
    assert "sqs:*" in str(world.policies()[PAY_DEV, "Guardrail"])
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) in world.grants()
    told = story.said()
    assert "contractors@shop.example: Auditor in shop-dev" in told
    assert "policy Guardrail changed (policy document) in pay-dev, shop-dev" in told


def _an_account_that_is_created_by_hand_gets_what_its_place_gives(story: Story) -> None:
    world, host = story.world, story.host
    world.assign("Auditor", SHOP_DEV, "USER", ADA)  # only reported, on a permission set that the run writes
    host.dispatches.clear()
    account = world.create_account("search-dev", "Workloads/Dev")
    assert [each["client_payload"]["event"] for each in host.dispatches] == ["CreateAccountResult", "MoveAccount"]
    assert {each["event_type"] for each in host.dispatches} == {"organization-event"}
    world.assign("Developer", PAY_PROD, "USER", ADA)  # an event as well, of a stack that no account came to
    assert host.dispatches[-1]["client_payload"]["event"] == "CreateAccountAssignment"
    assert story.run_again("organization-event") == ["dev", "prod"]
    assert ("Developer", PAY_PROD, "USER", ADA) not in world.grants()
    assert ("Auditor", SHOP_DEV, "USER", ADA) in world.grants()
    world.unassign("Auditor", SHOP_DEV, "USER", ADA)
    assert (account, "Guardrail") in world.policies()
    assert {("Developer", account, "GROUP", DEVELOPERS), ("Auditor", account, "GROUP", AUDITORS)} <= world.grants()
    told = story.said()
    assert "developers@shop.example: Developer in search-dev" in told
    assert "policy Guardrail created in search-dev" in told
    assert "Remit prod: drift, 1 difference, 1 repaired" in told


def _what_is_clicked_together_goes_or_waits_for_a_person(story: Story) -> None:
    world, host, as_it_should_be = story.world, story.host, story.world.state()
    world.assign("Developer", PAY_PROD, "USER", ADA)
    world.assign("Auditor", PAY_PROD, "USER", ADA)
    story.drift()
    assert ("Developer", PAY_PROD, "USER", ADA) not in world.grants()
    assert ("Auditor", PAY_PROD, "USER", ADA) in world.grants()
    (issue,) = host.issues.values()
    assert (issue["title"], issue["state"]) == ("Access differs from the catalog", "open")
    assert "Drift in stack prod" in issue["body"]
    stranger = f"Auditor in pay-prod ({PAY_PROD}): user ada@shop.example"
    assert f"| unmanaged | {stranger} | report | administrator, " in issue["body"]
    assert "Developer" not in issue["body"]
    assert "stack dev" not in issue["body"]
    told = story.said()
    assert "Remit prod: drift, 2 differences, 1 repaired" in told
    assert stranger.replace("Auditor", "Developer") in told
    assert stranger in told
    world.unassign("Auditor", PAY_PROD, "USER", ADA)
    story.drift()
    assert issue["state"] == "closed"
    story.assert_as_planned()
    assert world.state() == as_it_should_be


def _remit_apply_under_a_pull_request_comes_before_its_merge(story: Story) -> None:
    world, host, number = story.world, story.host, 8
    story.branch("lists")
    world.edit("managed.yaml", 'Action: "logs:Get*"', 'Action: "logs:List*"')
    sha = story.commit("Lists logs")
    host.open_pull(number, sha)
    asked = {"github__event__issue__number": str(number), "github__event__comment__user__login": "ada"}
    assert story.flows.run("apply-comment", "check", **asked).failed
    (comment,) = host.comments[number]
    assert "nobody else who may write has approved" in comment["body"]
    host.approve("grace", sha)
    check = story.succeed(story.flows.run("apply-comment", "check", **asked))
    applied = {"needs__check__outputs__sha": check.outputs["sha"]}
    for each in check.stacks:
        story.succeed(story.flows.run("apply-comment", "apply", matrix__stack=each["stack"], **applied))
    story.succeed(story.flows.run("apply-comment", "merge", **asked, **applied))
    assert "logs:List*" in str(world.policies()[PAY_DEV, "Standalone"])
    assert host.refs["main"] == f"merge-of-{sha}"
    story.merge("lists")


def _access_ends_and_leaves_the_files(story: Story) -> None:
    world, host = story.world, story.host
    assert story.flows.run("expire", "stacks").stacks == []
    for name in ("Auditor", "Developer"):  # reported, and enforced
        world.assign(name, SHOP_DEV, "USER", ADA)
    story.flows.environment |= {"PYTHONPATH": str(LATER), "REMIT_TEST_DAYS": "4"}
    assert story.run_again("expire") == ["dev", "prod"]
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) not in world.grants()
    assert {name for name, account, _, who in world.grants() if (account, who) == (SHOP_DEV, ADA)} == {"Auditor"}
    told = story.said()
    assert "contractors" in told
    assert "Remit dev: drift, 1 difference, 1 repaired" in told
    story.succeed(story.flows.run("expire", "prune"))
    proposed = next(pull for pull in host.pulls.values() if pull["head"]["ref"] == "remit/prune")
    assert proposed["title"] == "Take out what has ended"
    assert "policies/temporary.yaml" in proposed["body"]
    (change,) = host.trees[host.commits[host.refs["remit/prune"]]["tree"]]
    assert (change["path"], change["sha"]) == ("policies/temporary.yaml", None)


def _grant(each: dict[str, str]) -> tuple[str, ...]:
    return tuple(each[key] for key in ("permission_set", "account", "principal_type", "principal"))
