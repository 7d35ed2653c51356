"""An editor with the YAML language server completes, explains and checks the catalog."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from remit.cli.main import remit
from tests.editor.language_server import LanguageServer
from tests.editor.node import MODULES, node

ROOT = Path(__file__).parents[2]
MODELINE = "# yaml-language-server: $schema=../schema/catalog.schema.json\n"
FILES = sorted(path for path in (ROOT / "policies").rglob("*.yaml"))
SARIF_SCHEMA = MODULES / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
VALIDATE = """
const Ajv = require("ajv");
const ajv = new Ajv({schemaId: "id", unknownFormats: "ignore"});
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
const check = ajv.compile(require(process.argv[1]));
const sarif = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(check(sarif) ? [] : check.errors));
"""


def settings_of_vs_code() -> dict[str, Any]:
    """.vscode/settings.json as the extension hands it to the server."""
    text = (ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8")
    flat = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    schemas = {(ROOT / schema).as_uri(): globs for schema, globs in flat["yaml.schemas"].items()}
    return {"schemas": schemas, "completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer.started(ROOT, settings_of_vs_code()) as started:
        yield started


def opened(server: LanguageServer, name: str, text: str) -> tuple[Path, int, int]:
    """A file of policies/ that holds this text less its §, and where that stood: line and column from 0."""
    before, _, after = text.partition("§")
    file = ROOT / "policies" / name
    server.open(file, before + after)
    return file, before.count("\n"), len(before) - before.rfind("\n") - 1


@pytest.mark.parametrize(
    ("name", "text", "offered", "not_offered"),
    [
        ("access/1.yaml", MODELINE + "§", {"access", "managed_policies", "permission_sets"}, {"name"}),
        (
            "access/2.yaml",
            MODELINE + "permission_sets:\n  - name: A\n    s§\n",
            {"session_duration", "description", "permissions_boundary", "expires"},
            {"targets", "statements"},
        ),
        (
            "access/3.yaml",
            MODELINE + "managed_policies:\n  - name: A\n    statements:\n      - Sid: B\n        §\n",
            {"Effect", "Action", "NotAction", "Condition", "targets", "except"},
            {"Principal", "groups"},
        ),
        (
            "access/4.yaml",
            MODELINE + "managed_policies:\n  - name: A\n    statements:\n      - Effect: §\n",
            {"Allow", "Deny"},
            {"allow"},
        ),
        ("access/without-a-modeline.yaml", "access:\n  - §\n", {"groups", "targets", "reason"}, {"spoke_role"}),
        (
            "organization.yaml",
            "# yaml-language-server: $schema=schema/organization.schema.json\nlint:\n  §\n",
            {"administrator_groups", "rules"},
            {"access"},
        ),
        (
            "access/rules-of-organization.yaml",
            "# yaml-language-server: $schema=../schema/organization.schema.json\nlint:\n  rules:\n    §\n",
            {"direct-user-access", "unused-policy"},
            {"administrator_groups"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith("yaml") else "",
)
def test_an_editor_completes(server: LanguageServer, name: str, text: str, offered: set[str], not_offered: set[str]):
    items = server.completions(*opened(server, name, text))
    assert offered <= items.keys()
    assert not not_offered & items.keys()


def test_a_completion_says_what_the_key_is_for(server: LanguageServer):
    items = server.completions(*opened(server, "access/5.yaml", MODELINE + "permission_sets:\n  - name: A\n    §\n"))
    assert "8h, 90m or PT8H" in json.dumps(items["session_duration"]["documentation"])


def test_hovering_explains_a_key_with_examples(server: LanguageServer):
    rule = "access:\n  - groups: a\n    permission_sets: b\n    tar§gets: '*'\n"
    said = server.hover(*opened(server, "access/6.yaml", MODELINE + rule))
    assert "Accounts in which they get it" in said
    assert "ou:Workloads/Prod" in said


def test_a_slip_is_marked_where_it_stands(server: LanguageServer):
    rule = "access:\n  - groups: a\n    permission_sets: b\n    targets: '*'\n    §expire: 2026-12-31\n"
    file, line, column = opened(server, "access/7.yaml", MODELINE + rule)
    (mark,) = server.diagnostics(file)
    assert (mark["range"]["start"]["line"], mark["range"]["start"]["character"]) == (line, column)
    assert "expire" in mark["message"]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_editor_marks_nothing_in_the_example_and_each_file_says_its_schema(server: LanguageServer, file: Path):
    text = file.read_text(encoding="utf-8")
    (schema,) = re.findall(r"\A# yaml-language-server: \$schema=(\S+)\n", text)
    assert (file.parent / schema).is_file()
    shown = file.with_name(f"shown-{file.name}")  # a name of its own: the marks of other tests are not waited for
    server.open(shown, text)
    assert server.diagnostics(shown) == []


def test_sarif_is_as_its_schema_says():
    options = ["--format", "sarif", "--catalog", str(ROOT / "policies"), "--at", "2040-01-01"]
    printed = CliRunner().invoke(remit, ["lint", *options]).stdout
    assert json.loads(printed)["runs"][0]["results"], "nothing found, nothing shown"
    assert sarif_errors(printed) == []
    assert sarif_errors(printed.replace('"startLine": ', '"startLine": -'))


def sarif_errors(text: str) -> list[Any]:
    """What the schema has against a SARIF file."""
    ask = [str(node()), "-e", VALIDATE, str(SARIF_SCHEMA)]
    checked = subprocess.run(ask, cwd=MODULES, input=text, capture_output=True, text=True, check=True)
    errors: list[Any] = json.loads(checked.stdout)
    return errors
