"""What is wrong with a text that is no YAML, in words for whoever wrote it: libyaml says what it waited for."""

from __future__ import annotations

import re

import yaml

from remit.errors import Problem, Source

_UNDECODABLE = "save the file as UTF-8"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_MARKS = (b"\xff\xfe", b"\xfe\xff")

# By words of what the parser says: the message, where {line} is the line at which it began, and the remedy.
_KNOWN = (
    (
        "mapping values are not allowed",
        "a ': ' stands where no key can be",
        "quote text that has ': ' in it; check the indentation, and the colon of the key above",
    ),
    ("mapping keys are not allowed", "text cannot begin with '? '", "quote it"),
    (
        "could not find expected ':'",
        "a key without its colon",
        "check the indentation, and that each key ends with a colon",
    ),
    ("while scanning an alias", "a bare * begins the name of an alias", 'quote the star: "*"'),
    ("while scanning an anchor", "a bare & begins the name of an anchor", "quote text that begins with &"),
    (
        "while scanning a directive",
        "a line that begins with % is a directive",
        "quote text that begins with %, or remove the line",
    ),
    ("while scanning a quoted scalar", "a quote is not closed, opened on line {line}", "close it"),
    (
        "while scanning a block scalar",
        "the indentation of the text block of line {line} is off",
        "indent it evenly, with spaces",
    ),
    ("expected ',' or ']'", "a [ is not closed, opened on line {line}", "close it, or put a comma between its items"),
    ("expected ',' or '}'", "a { is not closed, opened on line {line}", "close it, or put a comma between its entries"),
    ("while parsing a flow node", "a [ or { is not closed", "close it, above this line"),
    (
        "while parsing a block mapping",
        "something stands after a value, or is indented less than line {line}",
        "check the indentation and quotes here and above",
    ),
    (
        "while parsing a block collection",
        "a list that begins on line {line} goes on without a dash",
        "check the indentation and dashes here and above",
    ),
)


def syntax_problem(error: yaml.YAMLError, content: str | bytes, file: str) -> Problem:
    """What is wrong at the place where the parser stopped."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unreadable(error, content, file)
    mark = error.problem_mark or error.context_mark
    source = Source(file, mark.line + 1, mark.column + 1) if mark else Source(file, 1)
    text = content if isinstance(content, str) else content.decode(errors="replace")
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return Problem("a merge conflict is left in the file", "decide it, and remove its marks", Source(file, line))
    said = ", ".join(part for part in (error.context, error.problem) if part)
    if "cannot start any token" in said:
        return _odd_beginning(text, source)
    begun = error.context_mark.line + 1 if error.context_mark else source.line
    for words, message, remedy in _KNOWN:
        if words in said:
            return Problem(f"not YAML: {message.replace('{line}', str(begun))}", remedy, source)
    return Problem(f"not YAML: {said}", "check the indentation, brackets and quotes above this line", source)


def _odd_beginning(text: str, source: Source) -> Problem:
    lines = text.splitlines()
    line = lines[source.line - 1] if source.line <= len(lines) else ""
    letter = line[source.column - 1 : source.column]
    if letter == "\t":
        return Problem("not YAML: a tab stands in the indentation", "indent with spaces, not tabs", source)
    if line[source.column - 2 :].startswith("{%"):
        return Problem("not YAML: {% is a template's, and nothing here", "write the entries out", source)
    return Problem(f"not YAML: text cannot begin with {letter}", "quote text that begins with @, %, ` or *", source)


def _unreadable(error: yaml.YAMLError, content: str | bytes, file: str) -> Problem:
    """A character that YAML does not take, or bytes that are no UTF-8."""
    text = content if isinstance(content, str) else ""
    if isinstance(content, bytes) and not content.startswith(_MARKS):
        if b"\x00" in content[:2]:
            return Problem("the file looks like UTF-16 without its mark", _UNDECODABLE, Source(file, 1))
        try:
            text = content.decode()
        except UnicodeDecodeError as wrong:
            source = _place(content[: wrong.start].decode(), file)
            return Problem(f"byte {content[wrong.start]:#04x} is no UTF-8", _UNDECODABLE, source)
    if found := _CONTROL.search(text):
        message = f"control character U+{ord(found[0]):04X}, which YAML does not take"
        return Problem(message, "remove it", _place(text[: found.start()], file))
    return Problem(f"not readable as YAML: {' '.join(str(error).split())}", _UNDECODABLE, Source(file, 1))


def _place(before: str, file: str) -> Source:
    return Source(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
