"""`remit ci …`: what a CI job tells GitHub or GitLab. Each verb can be run by hand, with --print to send nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from remit.ci.bodies import Section, compose
from remit.ci.environment import host_of, run_address
from remit.ci.host import HostError, Proposal
from remit.cli.ci_stacks import commit, stacks

_GITHUB_LIMIT = 65_536  # characters: the smaller of the two hosts'

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
@_print
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def propose(branch: str, title: str, body: Path | None, print_only: bool, paths: Sequence[Path]) -> None:
    """Open a pull request with what changed in the work tree below PATHS, or update the one that is open."""
    files = changed_files(paths)
    if not files:
        click.echo("nothing has changed, so there is nothing to propose")
        return
    if print_only:
        click.echo("\n".join(f"{'delete' if text is None else 'write'} {path}" for path, text in files.items()))
        return
    host = host_of(os.environ)
    sections = [replace(each, folded=False) for each in sections_of([body])] if body else []
    text = compose(branch, "", sections, limit=host.body_limit, run=run_address(os.environ))
    click.echo(host.propose(Proposal(branch, title, text, files)))


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
