"""Errors and warnings on stderr: where, what, and what to do, all at once."""

from __future__ import annotations

from collections.abc import Iterable

import click

from remit.errors import CatalogError, Problem, RemitError


def report(error: RemitError) -> None:
    """Every problem of an error, each at its place; the number of them last."""
    if not isinstance(error, CatalogError):
        click.echo(f"{click.style('error', fg='red', bold=True)}: {error}", err=True)
        return
    for problem in error.problems:
        _print(problem, "")
    count = len(error.problems)
    click.echo(click.style(f"{count} problem{'s' if count != 1 else ''}", fg="red", bold=True), err=True)


def warn(warnings: Iterable[Problem]) -> None:
    for problem in warnings:
        _print(problem, click.style("warning", fg="yellow", bold=True) + ": ")


def as_json(problem: Problem) -> dict[str, object]:
    """A problem as `--json` shows it."""
    place = problem.source
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _print(problem: Problem, kind: str) -> None:
    place = f"{problem.source}: " if problem.source else ""
    click.echo(f"{place}{kind}{problem.message}", err=True)
    if problem.remedy:
        click.echo(f"  {problem.remedy}", err=True)
