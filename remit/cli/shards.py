"""`remit shards`: a stack's accounts, dealt out to stacks of their own for a fleet of runners."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import click

from remit.cli.inputs import now, options, read_inputs, read_organization, stack_file
from remit.cli.problems import warn
from remit.cli.words import counted
from remit.errors import CatalogError, Problem, Source, listed
from remit.plan import make_plan
from remit.shard_files import shard_file, stack_name
from remit.sharding import IDENTITY_CENTER, MOST_SHARDS, Shard, fewest_shards, moved, split
from remit.stack_file import read_stack
from remit.yaml_places import source_of

Split = Mapping[Shard, Collection[str]]


@click.command()
@options("catalog", "organization")
@click.option("--stack", metavar="STACK", required=True, help="Reads Pulumi.STACK.yaml beside Pulumi.yaml.")
@click.option("--max-accounts", metavar="N", type=click.IntRange(1), required=True, help="The most in one shard.")
@click.option("--shards", "wanted", metavar="K", type=click.IntRange(1, MOST_SHARDS), help="That many; else as before.")
@click.option("--write", is_flag=True, help="Write the stack files of the shards.")
@options("json")
def shards(
    catalog: Path | None,
    organization: Path | None,
    stack: str,
    max_accounts: int,
    wanted: int | None,
    *,
    write: bool,
    as_json: bool,
) -> None:
    """Split the accounts of a stack into shards, each of them a stack of its own.

    The shards have the policies, the stack itself (with remit:shard: identity-center) the rest. An account
    keeps its shard when others come or go. How many there are is what the written stack files say, or the
    fewest of which none has too many accounts. With --json: a matrix for CI.
    """
    inputs = read_inputs(catalog, stack)
    found = read_organization(organization, inputs)
    accounts = make_plan(inputs.catalog, found, at=now(), stack=replace(inputs.stack, shard=None)).scope
    files = _files(stack)
    before = _written(files)
    count = wanted or before or _fewest(accounts, max_accounts)
    _refuse_leftovers(stack, files, count)
    dealt = split(accounts, count)
    _refuse_too_large(stack, dealt, max_accounts, accounts, given=bool(wanted or before))
    if before and before != count:
        _tell_moves(accounts, before, count)
    if inputs.stack.shard != IDENTITY_CENTER:
        remedy = f"set remit:shard: {IDENTITY_CENTER} in it, so that it leaves the policies to the shards"
        warn([Problem(f"stack {stack} does the work of its shards too", remedy, Source(str(stack_file(stack)), 0))])
    warn(_without_a_stage(stack, dealt, inputs.catalog.settings.promotion))
    if write:
        _write(stack, dealt)
    click.echo(_matrix(stack, dealt) if as_json else _text(stack, dealt))


def _without_a_stage(whole: str, dealt: Split, order: Sequence[str]) -> Iterator[Problem]:
    """CI runs what `promotion:` names, and says nothing of what it does not."""
    names = [stack_name(whole, shard) for shard in dealt]
    lost = [name for name in names if not any(fnmatchcase(name, each) for each in order)]
    if lost and any(fnmatchcase(whole, each) for each in order):
        message = f"promotion names {whole}, and not {listed(lost)}: the workflows leave them alone"
        remedy = f'write "{whole}-shard-*" before it, or run them by a workflow of your own (docs/operations.md)'
        yield Problem(message, remedy, source_of(next(each for each in order if fnmatchcase(whole, each))))


def _files(whole: str) -> dict[int, Path]:
    """The stack files of the shards that were written before, by number."""
    pattern = re.compile(rf"Pulumi\.{re.escape(whole)}-shard-(\d+)\.yaml")
    folder = stack_file(whole).parent
    found = ((pattern.fullmatch(file.name), file) for file in folder.glob(f"Pulumi.{whole}-shard-*.yaml"))
    return dict(sorted((int(match[1]), file) for match, file in found if match))


def _written(files: Mapping[int, Path]) -> int | None:
    """The number of shards that the files speak of. Raises CatalogError where they disagree."""
    counts = {file: shard.count for file in files.values() if isinstance(shard := read_stack(file).shard, Shard)}
    if len(set(counts.values())) > 1:
        one, other = sorted(counts, key=lambda file: counts[file])[:: len(counts) - 1]
        message = f"{one} is one of {counts[one]} shards, {other} one of {counts[other]}"
        raise CatalogError(
            [Problem(message, "write all of them anew with --shards and --write", Source(str(other), 0))]
        )
    return next(iter(counts.values()), None)


def _refuse_leftovers(whole: str, files: Mapping[int, Path], count: int) -> None:
    """A shard that is no more leaves a stack behind, with a state of policies that others have."""
    if left := [stack_name(whole, Shard(number, number)) for number in files if number > count]:
        message = f"{count} shards leave {listed(left)} over"
        remedy = "remove those stacks (pulumi stack rm --force: no policy is deleted) and their files first"
        raise CatalogError([Problem(message, remedy, Source(str(stack_file(left[0])), 0))])


def _fewest(accounts: Collection[str], most: int) -> int:
    count = fewest_shards(accounts, most)
    if count is None:
        message = f"{len(accounts):,} accounts do not fit into {MOST_SHARDS:,} shards of {most}"
        raise CatalogError([Problem(message, "give a larger --max-accounts")])
    return count


def _refuse_too_large(whole: str, dealt: Split, most: int, accounts: Collection[str], *, given: bool) -> None:
    shard, largest = max(dealt.items(), key=lambda each: len(each[1]))
    if given and len(largest) > most:
        enough = _fewest(accounts, most)
        changed = len(moved(accounts, shard.count, enough))
        message = f"shard {shard} of stack {whole} has {len(largest)} accounts, more than {most}"
        remedy = (
            f"--shards {enough} --write makes it {enough} shards, and moves {counted(changed, 'account')} to new ones"
        )
        raise CatalogError([Problem(message, remedy)])


def _tell_moves(accounts: Collection[str], before: int, after: int) -> None:
    changed = moved(accounts, before, after)
    click.echo(
        f"{after} shards instead of {before} move {counted(len(changed), 'account')}: {listed(changed)}", err=True
    )


def _write(whole: str, dealt: Split) -> None:
    settings = stack_file(whole).read_text(encoding="utf-8")
    for shard in dealt:
        file = stack_file(stack_name(whole, shard))
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        file.write_text(shard_file(whole, settings, shard, before), encoding="utf-8")
    click.echo(f"wrote {counted(len(dealt), 'stack file')}, {stack_file(f'{whole}-shard-*')}", err=True)


def _matrix(whole: str, dealt: Split) -> str:
    """What a job of GitHub Actions takes as its matrix: one entry a shard."""
    jobs = [
        {"stack": stack_name(whole, shard), "shard": str(shard), "accounts": len(mine)} for shard, mine in dealt.items()
    ]
    return json.dumps({"include": jobs})


def _text(whole: str, dealt: Split) -> str:
    total, largest = sum(map(len, dealt.values())), max(map(len, dealt.values()))
    lines = [f"stack {whole}: {counted(total, 'account')} in {counted(len(dealt), 'shard')}, at most {largest} in one"]
    width = max(len(stack_name(whole, shard)) for shard in dealt)
    lines += [f"  {stack_name(whole, shard):{width}}  {len(mine):>4}" for shard, mine in dealt.items()]
    return "\n".join(lines)
