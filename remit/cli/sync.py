"""`remit sync`: what was changed by hand, where the catalog says `drift: adopt`, is written into its files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import click

from remit.catalog.load import files_of
from remit.cli.branch import NewCommit, Repository
from remit.cli.copied import Copied, copied
from remit.cli.drift import INCOMPLETE, explained
from remit.cli.enforcing import NotAppliedError
from remit.cli.engine import UNKNOWN_STACK, EngineError, choose_engine
from remit.cli.held import Held, held
from remit.cli.inputs import now, options, project_folder
from remit.cli.progress import Told, progress_on_terminal
from remit.cli.state import exported_state
from remit.cli.synced import Synced, at, json_of, print_synced
from remit.cli.waiting import Waiting, read_waiting
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Unread
from remit.editing import write_texts
from remit.errors import CatalogError, RemitError
from remit.syncing.change import changes_of
from remit.syncing.draft import Draft, Drafting, Refused
from remit.syncing.words import MARK, body, message

LEFT = 3
"""Exit code: something that should be adopted cannot be, and stays drift."""
_DISPUTED = "the files say something else of it than the catalog that the stack has: it can be adopted after an up"
_ENDED = "something of it has ended and is still there: it can be adopted after the next run"


@click.command()
@click.option(
    "--stack",
    "stacks",
    metavar="STACK",
    multiple=True,
    required=True,
    help="Reads Pulumi.STACK.yaml beside Pulumi.yaml. Several are taken one after the other.",
)
@click.option("--branch", metavar="NAME", help="A commit for each entry on a branch from HEAD; no file here changes.")
@click.option("--diff", "as_diff", is_flag=True, help="Show the changed lines too.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--work-tree", is_flag=True, help="Compare to the catalog as it is here, applied or not.")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a pull request.")
@options("json")
def sync(
    stacks: tuple[str, ...],
    branch: str | None,
    *,
    as_diff: bool,
    dry_run: bool,
    work_tree: bool,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Write into the catalog's files what was changed in AWS by hand, where an entry says `drift: adopt`.

    All else in the files stays as it is. Each change is proven: read and planned again, the files say what is live of
    it, and of all else what they said before. With --branch each entry is a commit that says who changed it and when.

    Ends with 3 when something cannot be adopted, with 1 when an account could not be read.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other")
    names = tuple(dict.fromkeys(stacks))
    repository = Repository.around(project_folder()) if branch else None
    with copied(names, repository.head if repository else "") as base, progress_on_terminal() as told:
        before = _texts(base)
        found = {name: _drafted(base, name, told, work_tree=work_tree) for name in names}
    drafts = {name: draft for name, (draft, _) in found.items()}
    unread = tuple(dict.fromkeys(each for _, unread in found.values() for each in unread))
    synced = Synced(drafts, unread, base.original, before, written=not dry_run)
    if repository and branch:
        synced = _committed(synced, repository, branch)
    elif synced.written:
        write_unless_edited(base.original, synced.files, before)
    if as_json:
        click.echo(json_of(synced))
    elif as_markdown:
        click.echo(body(synced.drafts), nl=False)
    else:
        print_synced(synced, as_diff=as_diff)
    click.get_current_context().exit(INCOMPLETE if synced.unread else LEFT if synced.left else 0)


def _drafted(base: Copied, stack: str, told: Told, *, work_tree: bool) -> tuple[Draft, Sequence[Unread]]:
    """One stack's changes, which are then in the copy. Raises CatalogError, AwsError, NotAppliedError."""
    here = base.held(stack)
    if not Modes(here.catalog, here.stack).adopt_something:
        click.echo(f"nothing that stack {stack} has says drift: adopt", err=True)
        return Draft(), ()
    with held(stack, None, work_tree=work_tree, succeeded=True) as applied:
        if not applied.applied and not work_tree:
            raise NotAppliedError(
                f"nothing is adopted: {applied.why_not_applied} (apply a commit first by remit up, "
                "or go by the files as they are: --work-tree)"
            )
        try:
            waiting = read_waiting(here if work_tree else applied, here, told, _recorded(stack))
            return _drafted_of(waiting, base, here, told)
        except CatalogError as error:
            raise CatalogError(replace(each, source=here.known(each.source)) for each in error.problems) from error


def _recorded(stack: str) -> Recorded | None:
    """None where there is no stack yet, whose catalog is then looked at as if it had been applied."""
    try:
        return Recorded.of(exported_state(choose_engine(os.environ), stack))
    except EngineError as error:
        if UNKNOWN_STACK not in str(error):
            raise
        return None


def _drafted_of(found: Waiting, base: Copied, here: Held, told: Told) -> tuple[Draft, Sequence[Unread]]:
    adopted = tuple(found.adopted)
    if adopted:
        adopted = explained(adopted, here.catalog, told)
    draft = Drafting(base.folder, found.organization, here.stack, found.live, now()).draft(changes_of(adopted))
    return replace(draft, refused=(*draft.refused, *_not_yet(found))), found.reading.drift.unread


def _not_yet(found: Waiting) -> Iterator[Refused]:
    for reason, findings in (
        (_DISPUTED, [each.finding for each in found.changes if each.disputed]),
        (_ENDED, [each.finding for each in found.changes if each.ended and not each.disputed]),
    ):
        yield from (Refused(each, reason) for each in changes_of(findings))


def write_unless_edited(
    folder: Path, files: Mapping[PurePosixPath, str | None], before: Mapping[PurePosixPath, str]
) -> None:
    """Raises RemitError, before anything is written, for a file that is not as it was `before`."""
    for path, text in ((folder / place, before.get(place)) for place in files):
        if (path.read_bytes().decode() if path.exists() else None) != text:
            raise RemitError(f"{path} was edited while AWS was read, so nothing was written: sync again")
    write_texts({folder / place: text for place, text in files.items()})


def _texts(base: Copied) -> Mapping[PurePosixPath, str]:
    return {
        PurePosixPath(path.relative_to(base.folder).as_posix()): path.read_bytes().decode()
        for path in files_of(base.folder)
    }


def _committed(synced: Synced, repository: Repository, branch: str) -> Synced:
    """The changes as commits, each of one entry, unless nothing is to be written."""
    if repository.changed(synced.folder):
        click.echo(f"the branch is made from HEAD: what {synced.folder} has in no commit is not in it", err=True)
    beneath = repository.path(synced.folder, "")
    synced = replace(synced, branch=branch, base=repository.head, beneath=beneath)
    commits = [
        NewCommit(message(each, stack), {f"{beneath}{place}": text for place, text in each.files.items()}, at(each))
        for stack, each in synced.changes
    ]
    return replace(synced, tip=repository.put(branch, commits, MARK)) if synced.written else synced
