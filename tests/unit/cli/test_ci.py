"""`remit ci`: against hosts that answer over real HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remit.cli.main import remit
from tests.hosts.github import REPOSITORY, TOKEN, FakeGitHub
from tests.hosts.gitlab import FakeGitLab

HOSTS = ("GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_RUN_ID", "CI_PROJECT_ID", "GITLAB_TOKEN", "CI_PIPELINE_URL")


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as host:
        yield host


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with FakeGitLab() as host:
        yield host


def run(host: FakeGitHub | FakeGitLab | None, *arguments: str | Path, **more: str | None) -> Result:
    environment = dict.fromkeys(HOSTS) | (host.environment() if host else {}) | more
    return CliRunner().invoke(remit, ["ci", *map(str, arguments)], env=environment)


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    return result.stderr


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


# --- comments -------------------------------------------------------------------------------------------------


def test_a_comment_is_written_once_and_then_updated_in_place(github: FakeGitHub, tmp_path: Path):
    github.comments[4] = [{"id": 900 + n, "body": "nice", "user": {"login": "ada"}} for n in range(120)]
    first = told(run(github, "comment", "-p", "4", written(tmp_path, "diff.md", "one")))
    again = told(run(github, "comment", "-p", "4", written(tmp_path, "diff.md", "two")))
    ours = [each for each in github.comments[4] if each["user"]["login"] == "github-actions[bot]"]
    assert first == again == f"https://github.example/{REPOSITORY}/pull/4#issuecomment-1"
    assert [each["body"].splitlines()[2] for each in ours] == ["two"]
    assert f"https://github.example/{REPOSITORY}/actions/runs/77" in ours[0]["body"]


def test_a_comment_that_says_the_same_is_left_alone(github: FakeGitHub, tmp_path: Path):
    for _ in range(2):
        told(run(github, "comment", "-p", "4", written(tmp_path, "diff.md", "one")))
    assert [call for call in github.seen if not call.startswith("GET")] == [
        f"POST /repos/{REPOSITORY}/issues/4/comments"
    ]


def test_a_comment_of_somebody_else_with_our_mark_is_not_touched(github: FakeGitHub, tmp_path: Path):
    theirs = {"id": 900, "body": "<!-- remit:preview -->\nall is well, merge it", "user": {"login": "eve"}}
    github.comments[4] = [dict(theirs)]
    told(run(github, "comment", "-p", "4", written(tmp_path, "diff.md", "one")))
    assert github.comments[4][0] == theirs
    assert len(github.comments[4]) == 2


def test_a_comment_that_is_too_long_is_cut_to_what_the_host_takes(github: FakeGitHub, tmp_path: Path):
    long = written(tmp_path, "prod.txt", "+ aws-native:iam:ManagedPolicy create\n" * 5000)
    told(run(github, "comment", "-p", "4", "--title", "Preview", long))
    (comment,) = github.comments[4]
    assert 65_000 < len(comment["body"]) <= 65_536


def test_print_sends_nothing_and_needs_no_host(tmp_path: Path):
    printed = told(run(None, "comment", "-p", "4", "--print", written(tmp_path, "diff.md", "one")))
    assert printed == "<!-- remit:preview -->\n\none"


def test_gitlab_gets_the_same_comment_in_place(gitlab: FakeGitLab, tmp_path: Path):
    gitlab.open_request(4, "sha-1")
    first = told(run(gitlab, "comment", "-p", "4", written(tmp_path, "diff.md", "one")))
    again = told(run(gitlab, "comment", "-p", "4", written(tmp_path, "diff.md", "two")))
    assert first == again == "https://gitlab.example/shop/access/-/merge_requests/4#note_1"
    assert [note["body"].splitlines()[2] for note in gitlab.notes] == ["two"]


# --- issues ---------------------------------------------------------------------------------------------------


def test_an_issue_opens_is_updated_and_closes_by_itself(github: FakeGitHub, tmp_path: Path):
    report = written(tmp_path, "prod.md", "Ada was given Admin by hand")
    quiet = written(tmp_path, "dev.md", "\n")
    issue = ("issue", "--title", "Drift", report, quiet)
    opened = told(run(github, *issue))
    report.write_text("Ada and Bob were given Admin by hand")
    assert told(run(github, *issue)) == opened
    assert [each["body"].splitlines()[2] for each in github.issues.values()] == ["Ada and Bob were given Admin by hand"]
    report.write_text("")
    assert told(run(github, *issue)) == opened
    (closed,) = github.issues.values()
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert "Nothing left to report" in github.comments[closed["number"]][0]["body"]
    assert told(run(github, *issue)) == "nothing to report, and no issue is open"
    report.write_text("again")
    assert told(run(github, *issue)) != opened


def test_gitlab_keeps_the_same_issue(gitlab: FakeGitLab, tmp_path: Path):
    report = written(tmp_path, "prod.md", "drift")
    opened = told(run(gitlab, "issue", "--title", "Drift", report))
    report.write_text("more drift")
    assert told(run(gitlab, "issue", "--title", "Drift", report)) == opened
    report.write_text("")
    assert told(run(gitlab, "issue", "--title", "Drift", report)) == opened
    assert [each["state"] for each in gitlab.issues.values()] == ["closed"]


# --- approval and merge ---------------------------------------------------------------------------------------


def ready(github: FakeGitHub) -> None:
    github.open_pull(4, "sha-1", author="ada")
    github.approve("grace", "sha-1")
    github.checks = [{"name": "preview", "status": "completed", "conclusion": "success"}]


def test_an_approved_pull_request_gives_the_commit_that_may_be_applied(github: FakeGitHub):
    ready(github)
    assert told(run(github, "approved", "-p", "4", "--by", "ada")) == "sha-1"


def test_everything_in_the_way_is_told_at_once(github: FakeGitHub):
    github.open_pull(4, "sha-2", author="ada", draft=True, mergeable_state="blocked")
    github.approve("grace", "sha-1")  # an older commit
    github.approve("eve", "sha-2")  # may not write
    github.approve("ada", "sha-2")  # her own
    github.approve("grace", "sha-2", "CHANGES_REQUESTED")
    github.behind = 3
    github.checks = [
        {"name": "lint", "status": "completed", "conclusion": "failure"},
        {"name": "preview", "status": "in_progress", "conclusion": None},
    ]
    said = refused(run(github, "approved", "-p", "4", "--by", "eve"))
    assert said.splitlines()[1:] == [
        "  eve may not write to shop/access",
        "  it is a draft",
        "  grace asked for changes",
        "  nobody else who may write has approved sha-2",
        "  it lacks 3 commits of main: update the branch",
        "  the check lint is failure",
        "  the check preview is in_progress",
        "  GitHub would not merge it (blocked): see the box at its end",
    ]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"state": "closed"}, "it is not open"),
        ({"head": {"sha": "sha-1", "ref": "x", "repo": {"full_name": "eve/access"}}}, "it comes from a fork"),
        ({"head": {"sha": "sha-1", "ref": "x", "repo": None}}, "it comes from a fork"),
    ],
)
def test_what_is_closed_or_from_a_fork_is_never_applied(github: FakeGitHub, more: dict[str, object], reason: str):
    ready(github)
    github.pulls[4] |= more
    assert reason in refused(run(github, "approved", "-p", "4", "--by", "ada"))


def test_an_approval_that_was_taken_back_does_not_count(github: FakeGitHub):
    ready(github)
    github.approve("grace", "sha-1", "DISMISSED")
    assert "nobody else" in refused(run(github, "approved", "-p", "4", "--by", "ada"))


def test_only_the_commit_that_was_applied_is_merged(github: FakeGitHub):
    ready(github)
    github.pulls[4]["head"]["sha"] = "pushed-meanwhile"
    assert "Head branch was modified" in refused(run(github, "merge", "-p", "4", "--sha", "sha-1"))
    assert github.pulls[4]["state"] == "open"
    assert told(run(github, "merge", "-p", "4", "--sha", "pushed-meanwhile")) == "merge-of-pushed-meanwhile"


def test_gitlab_is_asked_the_same(gitlab: FakeGitLab):
    gitlab.open_request(4, "sha-1", diverged_commits_count=1, detailed_merge_status="ci_must_pass")
    gitlab.approved_by = ["ada"]
    said = refused(run(gitlab, "approved", "-p", "4", "--by", "eve"))
    assert said.splitlines()[1:] == [
        "  eve is no developer of this project",
        "  nobody else has approved it",
        "  it lacks 1 commit of main: rebase it",
        "  GitLab would not merge it (ci_must_pass)",
    ]
    gitlab.open_request(4, "sha-1")
    gitlab.approved_by = ["grace"]
    assert told(run(gitlab, "approved", "-p", "4", "--by", "ada")) == "sha-1"
    assert "SHA does not match" in refused(run(gitlab, "merge", "-p", "4", "--sha", "sha-0"))
    assert told(run(gitlab, "merge", "-p", "4", "--sha", "sha-1")) == "merged"


# --- proposals ------------------------------------------------------------------------------------------------


@pytest.fixture
def work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose catalog was changed: one file edited, one deleted, one new; and one outside."""
    policies = tmp_path / "policies"
    policies.mkdir()
    for name in ("access.yaml", "old.yaml"):
        written(policies, name, "access: []\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-C", str(tmp_path)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    written(policies, "access.yaml", "access: [é]\n")
    (policies / "old.yaml").unlink()
    written(policies, "new file.yaml", "managed_policies: []\n")
    written(tmp_path, "report.json", "{}")
    monkeypatch.chdir(policies)
    return tmp_path


def test_a_proposal_holds_what_changed_in_the_catalog_and_nothing_else(github: FakeGitHub, work_tree: Path):
    propose = ("propose", "--branch", "remit/prune", "--title", "Take out what has expired", ".")
    address = told(run(github, *propose))
    (pull,) = github.pulls.values()
    commit = github.commits[github.refs["remit/prune"]]
    assert address == pull["html_url"]
    assert commit["parents"] == ["main-1"]
    assert {each["path"]: each.get("content") for each in github.trees[commit["tree"]]} == {
        "policies/access.yaml": "access: [é]\n",
        "policies/new file.yaml": "managed_policies: []\n",
        "policies/old.yaml": None,
    }
    assert told(run(github, *propose)) == address
    assert (len(github.pulls), len(github.commits)) == (1, 1)
    written(work_tree, "policies/access.yaml", "access: [more]\n")
    assert told(run(github, *propose)) == address
    assert (len(github.pulls), len(github.commits)) == (1, 2)


@pytest.mark.usefixtures("work_tree")
def test_gitlab_gets_the_same_proposal(gitlab: FakeGitLab):
    propose = ("propose", "--branch", "remit/prune", "--title", "Take out what has expired", ".")
    address = told(run(gitlab, *propose))
    assert told(run(gitlab, *propose)) == address
    assert {(each["action"], each["file_path"]) for each in gitlab.commits[0]["actions"]} == {
        ("update", "policies/access.yaml"),
        ("create", "policies/new file.yaml"),
        ("delete", "policies/old.yaml"),
    }
    assert len(gitlab.commits) == 1, "the same again would throw away the reviews"


@pytest.mark.usefixtures("work_tree")
def test_nothing_changed_is_nothing_to_propose(github: FakeGitHub):
    said = told(run(github, "propose", "--branch", "b", "--title", "t", "no-such-folder"))
    assert said == "nothing has changed, so there is nothing to propose"
    assert github.seen == []


# --- what remit sync found ---------------------------------------------------------------------------------------

ADOPT = ("propose", "--branch", "remit/sync-prod", "--title", "Adopt what was changed by hand", "--from")


def synced(folder: Path, *changes: tuple[str, Mapping[str, str | None]], base: str | None = "main-1") -> Path:
    """What `remit sync --branch --json` writes."""
    told = [{"message": f"{subject}\n\nby ada\n\nRemit-Stack: prod\n", "files": files} for subject, files in changes]
    document = {"base": base, "changes": told, "text": "These changes …" if changes else ""}
    return written(folder, "sync.json", json.dumps(document))


ONE = ("Adopt permission set Read", {"policies/access.yaml": "access: [one]\n"})
TWO = ("Adopt policy Guard", {"policies/access.yaml": "access: [two]\n", "policies/old.yaml": None})


def chain(github: FakeGitHub, branch: str) -> list[str]:
    """The first lines of the branch's commits, the newest first, and where it begins."""
    sha, found = github.refs[branch], []
    while sha in github.commits:
        found.append(github.commits[sha]["message"].partition("\n")[0])
        (sha,) = github.commits[sha]["parents"]
    return [*found, sha]


def test_each_change_is_a_commit_from_where_it_was_read(github: FakeGitHub, tmp_path: Path):
    github.refs["main"] = "main-2"  # it went on meanwhile
    address = told(run(github, *ADOPT, synced(tmp_path, ONE, TWO)))
    assert chain(github, "remit/sync-prod") == [TWO[0], ONE[0], "main-1"]
    (pull,) = github.pulls.values()
    assert (pull["html_url"], "These changes …" in pull["body"]) == (address, True)
    last = github.trees[github.commits[github.refs["remit/sync-prod"]]["tree"]]
    assert {each["path"]: each.get("content") for each in last} == TWO[1]

    assert told(run(github, *ADOPT, synced(tmp_path, ONE, TWO))) == address
    assert len(github.commits) == 2, "the same again would throw away the reviews"
    assert told(run(github, *ADOPT, synced(tmp_path, TWO))) == address
    assert chain(github, "remit/sync-prod") == [TWO[0], "main-1"]


def test_gitlab_gets_the_same_commits(gitlab: FakeGitLab, tmp_path: Path):
    new = ("Adopt access to Read", {"policies/new.yaml": "access: [new]\n"})
    address = told(run(gitlab, *ADOPT, synced(tmp_path, new, TWO)))
    gitlab.branches["main"] = "main-2"
    gitlab.trees["main-2"] = {}
    assert told(run(gitlab, *ADOPT, synced(tmp_path, new, TWO))) == address
    assert [each["commit_message"].partition("\n")[0] for each in gitlab.commits] == [new[0], TWO[0]]
    tip = gitlab.branches["remit/sync-prod"]
    assert gitlab.trees[tip] == {"policies/access.yaml": "access: [two]\n", "policies/new.yaml": "access: [new]\n"}
    again = (new[0], {"policies/new.yaml": "access: [newer]\n"})
    assert told(run(gitlab, *ADOPT, synced(tmp_path, again))) == address
    assert gitlab.trees[gitlab.branches["remit/sync-prod"]]["policies/new.yaml"] == "access: [newer]\n"


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_nothing_left_to_adopt_closes_the_pull_request(
    name: str, github: FakeGitHub, gitlab: FakeGitLab, tmp_path: Path
):
    host = github if name == "github" else gitlab
    nothing = synced(tmp_path)
    assert told(run(host, *ADOPT, nothing)) == "nothing to adopt, and no pull request is open"
    address = told(run(host, *ADOPT, synced(tmp_path, ONE)))
    assert told(run(host, *ADOPT, synced(tmp_path))) == address
    (request,) = host.pulls.values() if isinstance(host, FakeGitHub) else host.requests.values()
    assert request["state"] == "closed"


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_a_branch_to_which_somebody_else_committed_is_left_alone(
    name: str, github: FakeGitHub, gitlab: FakeGitLab, tmp_path: Path
):
    host = github if name == "github" else gitlab
    told(run(host, *ADOPT, synced(tmp_path, ONE)))
    theirs = {"message": "Say why", "tree": "t", "parents": ["commit-2"], "parent_ids": ["commit-1"], "id": "theirs"}
    theirs |= {"authored_date": "then", "committed_date": "then"}
    if isinstance(host, FakeGitHub):
        host.commits["theirs"] = {**theirs, "parents": [host.refs["remit/sync-prod"]]}
        host.refs["remit/sync-prod"] = "theirs"
    else:
        host.made["theirs"], host.branches["remit/sync-prod"] = theirs, "theirs"
    for changes in ((TWO,), ()):
        said = told(run(host, *ADOPT, synced(tmp_path, *changes)))
        assert said.startswith("left as it is: branch remit/sync-prod has a commit that somebody else made (Say why)")
    (request,) = host.pulls.values() if isinstance(host, FakeGitHub) else host.requests.values()
    assert request["state"] in {"open", "opened"}


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_a_commit_that_somebody_amended_is_left_alone(
    name: str, github: FakeGitHub, gitlab: FakeGitLab, tmp_path: Path
) -> None:
    """Its message still has the mark."""
    host = github if name == "github" else gitlab
    told(run(host, *ADOPT, synced(tmp_path, ONE)))
    if isinstance(host, FakeGitHub):
        host.commits[host.refs["remit/sync-prod"]] |= {"author": {"date": "then"}, "committer": {"date": "now"}}
    else:
        host.made[host.branches["remit/sync-prod"]] |= {"committed_date": "now"}
    for changes in ((TWO,), ()):
        assert "which was amended" in told(run(host, *ADOPT, synced(tmp_path, *changes)))


def test_print_lists_the_commits_and_needs_no_host(tmp_path: Path):
    assert told(run(None, *ADOPT, synced(tmp_path, TWO), "--print")).splitlines() == [
        "Adopt policy Guard",
        "write policies/access.yaml",
        "delete policies/old.yaml",
    ]


def test_what_is_to_be_proposed_is_said_once_and_can_be_read(github: FakeGitHub, tmp_path: Path):
    assert run(github, *ADOPT, synced(tmp_path, ONE), "policies").exit_code == 2
    assert run(github, *ADOPT[:-1]).exit_code == 2
    assert "is not what `remit sync" in refused(run(github, *ADOPT, written(tmp_path, "x.json", "[]")))
    assert "write it with remit sync --branch" in refused(run(github, *ADOPT, synced(tmp_path, ONE, base=None)))


# --- when the host does not answer ------------------------------------------------------------------------------


def test_a_read_is_tried_again(github: FakeGitHub, tmp_path: Path):
    github.before["GET"] = [(502, {"Retry-After": "0"})]
    told(run(github, "comment", "-p", "4", written(tmp_path, "diff.md", "one")))
    assert github.seen.count(f"GET /repos/{REPOSITORY}/issues/4/comments") == 2


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (502, 1)])
def test_a_post_is_repeated_only_when_the_host_says_that_it_was_not_done(
    github: FakeGitHub, tmp_path: Path, status: int, tries: int
):
    written(tmp_path, "diff.md", "one")
    github.before["POST"] = [(status, {"Retry-After": "0"})]
    result = run(github, "comment", "-p", "4", tmp_path / "diff.md")
    assert result.exit_code == (0 if tries == 2 else 1)
    assert github.seen.count(f"POST /repos/{REPOSITORY}/issues/4/comments") == tries


def test_no_error_holds_the_token(github: FakeGitHub, tmp_path: Path):
    body = written(tmp_path, "diff.md", "one")
    wrong = run(github, "comment", "-p", "4", body, GITHUB_TOKEN="ghs_wrong")
    assert "GitHub answered 401" in refused(wrong)
    assert "GITHUB_TOKEN is wrong or has ended" in wrong.stderr
    assert "ghs_wrong" not in wrong.output
    gone = run(github, "approved", "-p", "5", "--by", "ada")
    assert "404" in refused(gone)
    assert TOKEN not in gone.output


def test_outside_of_ci_the_remedy_is_told(tmp_path: Path):
    body = written(tmp_path, "diff.md", "one")
    assert "this is no CI job" in refused(run(None, "comment", "-p", "4", body))
    assert "GITHUB_TOKEN is not set" in refused(run(None, "comment", "-p", "4", body, GITHUB_REPOSITORY="a/b"))
