"""Findings for people, programs, code scanning and annotations of a pull request."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import PurePath

import click
from rich.console import Console

from remit.cli.words import counted
from remit.errors import Problem, Source
from remit.linting.registry import all_rules
from remit.linting.rule import Finding, Severity
from remit.linting.run import Result

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_WRONG = "catalog"
"""The rule of what is no finding but an error: the catalog cannot be read."""


def of_problems(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """What is wrong with a catalog, as findings, for the forms that programs read."""
    why = "nothing is planned or written while the catalog is wrong"
    return tuple(
        Finding(_WRONG, Severity.ERROR, each.message, each.remedy, why, each.source or Source("", 0))
        for each in problems
    )


def _text(result: Result) -> str:
    console = Console()
    width = console.width if console.is_terminal else 0
    return "\n".join([*(_lines(finding, width) for finding in result.findings), _summary(result)])


def _lines(finding: Finding, width: int) -> str:
    severity = click.style(str(finding.severity), fg=_COLOURS[finding.severity], bold=True)
    rule = click.style(f"[{finding.rule}]", dim=True)
    below = (_wrapped(word, text, width) for word, text in (("why", finding.why), ("fix", finding.fix)) if text)
    return "\n".join([f"{_place(finding.source)}: {severity}: {finding.message} {rule}", *below])


def _wrapped(word: str, text: str, width: int) -> str:
    line = f"  {word}: {text}"
    return textwrap.fill(line, width, subsequent_indent=" " * 7, break_long_words=False) if width else line


def _place(source: Source) -> str:
    return f"{source}:{source.column}" if source.line else str(source)


def _summary(result: Result) -> str:
    counts = [
        counted(number, "note" if severity is Severity.INFO else str(severity))
        for severity in sorted(Severity, reverse=True)
        if (number := sum(finding.severity is severity for finding in result.findings))
    ]
    hidden = f" ({result.hidden} hidden by comments)" if result.hidden else ""
    return f"{', '.join(counts) or 'nothing found'}{hidden}"


def _json(result: Result) -> str:
    found = {"findings": [_as_json(finding) for finding in result.findings], "hidden": result.hidden}
    return json.dumps(found, indent=2, ensure_ascii=False)


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "file": finding.source.file,
        "line": finding.source.line,
        "column": finding.source.column,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
    }


def _github(result: Result) -> str:
    """Workflow commands: GitHub shows each at its line of the pull request."""
    return "\n".join(_annotation(finding) for finding in result.findings)


def _annotation(finding: Finding) -> str:
    word = "notice" if finding.severity is Severity.INFO else str(finding.severity)
    place = {"file": finding.source.file, "line": finding.source.line, "col": finding.source.column}
    properties = ",".join(
        f"{key}={_escaped(str(value), ':,')}" for key, value in {**place, "title": finding.rule}.items()
    )
    return f"::{word} {properties}::{_escaped(_said(finding))}"


def _said(finding: Finding) -> str:
    """What it is and what to do, in one text."""
    return f"{finding.message}. To fix it: {finding.fix}" if finding.fix else finding.message


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(letter):02X}" if letter in f"%\r\n{more}" else letter for letter in text)


def _sarif(result: Result) -> str:
    rules = [
        {
            "id": rule.id,
            "name": type(rule).__name__,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": f"{rule.title}: {rule.why}."},
            "help": {"text": f"{rule.fix}\n{rule.source}"},
            "defaultConfiguration": {"level": _level(rule.severity)},
        }
        for rule in all_rules()
    ]
    driver = {"name": "remit lint", "version": version("remit"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding) for finding in result.findings],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _sarif_result(finding: Finding) -> dict[str, object]:
    source = finding.source
    region = {"startLine": source.line, "startColumn": source.column}
    artifact = {"uri": PurePath(source.file).as_posix()}
    location = {"artifactLocation": artifact, **({"region": region} if source.line else {})}
    return {
        "ruleId": finding.rule,
        "level": _level(finding.severity),
        "message": {"text": _said(finding)},
        "locations": [{"physicalLocation": location}] if source.file else [],
    }


def _level(severity: Severity) -> str:
    return "note" if severity is Severity.INFO else str(severity)


FORMATS: Mapping[str, Callable[[Result], str]] = {"text": _text, "json": _json, "sarif": _sarif, "github": _github}
