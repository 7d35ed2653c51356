"""`remit ci …`: what a CI job tells GitHub or GitLab. Each verb can be run by hand, with --print to send nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from remit.ci.bodies import Section, compose
from remit.ci.environment import host_of, run_address
from remit.ci.host import Commit, HostError, Proposal, TakenOverError
from remit.cli.ci_stacks import commit, stacks
from remit.syncing.words import MARK

_GITHUB_LIMIT = 65_536  # characters: the smaller of the two hosts'

_NOTHING_LEFT = "Nothing left to adopt."

_pull_request = click.option(
    "--pull-request", "-p", type=int, required=True, metavar="NUMBER", help="Of the pull request or merge request."
)
_print = click.option("--print", "print_only", is_flag=True, help="Print the text, and send nothing.")
_files = click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))


@click.group()
def ci() -> None:
    """Comments, issues and pull requests on GitHub or GitLab, from a CI job.

    The host, the repository and the run are those of the job: GITHUB_REPOSITORY and GITHUB_TOKEN, or CI_PROJECT_ID and
    GITLAB_TOKEN, say so.
    """


ci.add_command(stacks)
ci.add_command(commit)


@ci.command()
@_pull_request
@click.option("--key", default="preview", show_default=True, help="Each key has a comment of its own.")
@click.option("--title", default="", help="The comment's heading.")
@_print
@_files
def comment(pull_request: int, key: str, title: str, print_only: bool, files: Sequence[Path]) -> None:
    """Write one comment from FILES, or update the one that is there. A folder stands for the files in it.

    Markdown files (.md) stand as they are; all others are folded, under their name. What is too long for the host is
    cut, with a link to the run.
    """
    sections = sections_of(files)
    limit = _GITHUB_LIMIT if print_only else host_of(os.environ).body_limit
    body = compose(key, title, sections, limit=limit, run=run_address(os.environ))
    if print_only:
        click.echo(body)
        return
    click.echo(host_of(os.environ).comment(pull_request, key, body))


@ci.command()
@click.option("--key", default="drift", show_default=True, help="Each key has an issue of its own.")
@click.option("--title", required=True, help="Its heading.")
@_print
@_files
def issue(key: str, title: str, print_only: bool, files: Sequence[Path]) -> None:
    """Keep one issue open for as long as FILES say something; close it when all of them are empty."""
    sections = [section for section in sections_of(files) if not section.empty]
    run = run_address(os.environ)
    limit = _GITHUB_LIMIT if print_only else host_of(os.environ).body_limit
    body = compose(key, "", sections, limit=limit, run=run)
    if print_only:
        click.echo(body if sections else "nothing to report: the issue would be closed")
        return
    host = host_of(os.environ)
    if sections:
        click.echo(host.issue(key, title, body))
        return
    reason = f"Nothing left to report ([this run]({run}))." if run else "Nothing left to report."
    click.echo(host.close_issue(key, reason) or "nothing to report, and no issue is open")


@ci.command()
@_pull_request
@click.option("--by", required=True, metavar="LOGIN", help="Who asks for it.")
def approved(pull_request: int, by: str) -> None:
    """Print the commit of a pull request that may be applied before it is merged; else say why not, and exit with 1.

    It must be open, of this repository, approved at this very commit by somebody else who may write, up to date with
    its base, and have no failed check.
    """
    approval = host_of(os.environ).approval(pull_request, by)
    if approval.refusals:
        reasons = "\n".join(f"  {reason}" for reason in approval.refusals)
        raise HostError(f"pull request {pull_request} cannot be applied:\n{reasons}")
    click.echo(approval.sha)


@ci.command()
@_pull_request
@click.option("--sha", required=True, help="The commit that was applied: another one is not merged.")
@click.option(
    "--method", type=click.Choice(["merge", "squash", "rebase"]), default="merge", show_default=True, help="How."
)
def merge(pull_request: int, sha: str, method: str) -> None:
    """Merge a pull request, if its head is the commit that was applied."""
    click.echo(host_of(os.environ).merge(pull_request, sha, method))


@ci.command()
@click.option("--branch", required=True, help="It is made anew from the default branch each time.")
@click.option("--title", required=True, help="Its heading.")
@click.option("--body", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Says what it is about.")
@click.option(
    "--from",
    "synced",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The commits and the text that remit sync --branch --json wrote; without any, a pull request that is open is "
    "closed.",
)
@_print
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def propose(
    branch: str, title: str, body: Path | None, synced: Path | None, print_only: bool, paths: Sequence[Path]
) -> None:
    """Open a pull request with what changed in the work tree below PATHS, or update the one that is open.

    With --from: commit by commit. A branch to which somebody else added a commit, or amended one, is left as
    it is.
    """
    if bool(paths) == bool(synced):
        raise click.UsageError("say what to propose: PATHS, or --from FILE")
    sections = [replace(each, folded=False) for each in sections_of([body])] if body else []
    if synced:
        proposal, text = _read_synced(branch, title, synced)
        sections.append(Section(title, text, markdown=True))
        nothing = "nothing to adopt, and no pull request is open"
    else:
        files = changed_files(paths)
        proposal = Proposal(branch, title, "", [Commit(title, files)] if files else [])
        nothing = "nothing has changed, so there is nothing to propose"
    if print_only:
        click.echo(_listed(proposal) or nothing)
    elif proposal.commits or synced:
        click.echo(_proposed(proposal, sections) or nothing)
    else:
        click.echo(nothing)


def _read_synced(branch: str, title: str, file: Path) -> tuple[Proposal, str]:
    """The proposal, and its text in Markdown. Raises HostError."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        commits = [Commit(each["message"], each["files"]) for each in told["changes"]]
        parent, text = told["base"] or "", told["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise HostError(f"{file} is not what `remit sync --branch NAME --json` writes ({error!r})") from error
    if not parent:
        raise HostError(f"{file} says nothing of a commit that it begins at (write it with remit sync --branch NAME)")
    return Proposal(branch, title, "", commits, parent, MARK), text


def _proposed(proposal: Proposal, sections: Sequence[Section]) -> str | None:
    """The address of the pull request that was written or closed, or why it was left as it is."""
    host, run = host_of(os.environ), run_address(os.environ)
    try:
        if proposal.commits:
            body = compose(proposal.branch, "", sections, limit=host.body_limit, run=run)
            return host.propose(replace(proposal, body=body))
        return host.withdraw(proposal, f"Nothing left to adopt ([this run]({run}))." if run else _NOTHING_LEFT)
    except TakenOverError as error:
        return f"left as it is: {error}"


def _listed(proposal: Proposal) -> str:
    """The files of the commits; each commit's first line where there are several."""
    return "\n".join(
        line
        for each in proposal.commits
        for line in (
            *([each.message.partition("\n")[0]] if proposal.mark else []),
            *(f"{'delete' if text is None else 'write'} {path}" for path, text in each.files.items()),
        )
    )


def sections_of(files: Sequence[Path]) -> list[Section]:
    """One section for each file, in the order given; those of a folder by name."""
    plain = [each for path in files for each in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return [
        Section(file.stem, file.read_text(encoding="utf-8", errors="replace"), markdown=file.suffix == ".md")
        for file in plain
    ]


def changed_files(paths: Sequence[Path]) -> dict[str, str | None]:
    """What differs from the commit that is checked out: path from the repository's root to new text, None if deleted.

    Raises HostError where this is no git repository.
    """
    root = Path(_git("rev-parse", "--show-toplevel").strip())
    listed = _git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *map(str, paths))
    names = [entry[3:] for entry in listed.split("\0") if entry]
    return {name: _text(root / name) for name in sorted(names)}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout
