"""A client of the YAML language server, as small as an editor can be: JSON-RPC over stdio, one question at a time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, Self

from tests.editor.node import MODULES, node

SERVER = MODULES / "yaml-language-server" / "bin" / "yaml-language-server"
_PATIENCE = 60.0
"""Seconds until a server that says nothing is stopped: the question then fails for want of an answer."""


class LanguageServer:
    """The server with a folder open. `settings` are the editor's, under `yaml`."""

    def __init__(self, process: subprocess.Popen[bytes], settings: dict[str, Any]) -> None:
        self._process = process
        self._settings = settings
        self._asked = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    @contextmanager
    def started(cls, folder: Path, settings: dict[str, Any]) -> Iterator[Self]:
        if not SERVER.is_file():
            raise FileNotFoundError(f"{SERVER} is missing: `make test` installs it")
        with subprocess.Popen([node(), SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            watch = Timer(_PATIENCE, process.kill)
            watch.start()
            try:
                server = cls(process, settings)
                server.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=_CAPABILITIES)
                server.tell("yaml/supportSchemaSelection")  # as VS Code's extension: it is told when the settings hold
                server.tell("initialized")
                server.wait_for("yaml/schema/store/initialized")
                yield server
            finally:
                watch.cancel()
                process.kill()

    def open(self, file: Path, text: str) -> None:
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)

    def completions(self, file: Path, line: int, column: int) -> dict[str, dict[str, Any]]:
        """The items that are offered there, by label. Line and column count from 0."""
        answer = self.ask("textDocument/completion", **_position(file, line, column))
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: item for item in items}

    def hover(self, file: Path, line: int, column: int) -> str:
        answer = self.ask("textDocument/hover", **_position(file, line, column)) or {"contents": ""}
        contents = answer["contents"]
        return str(contents["value"] if isinstance(contents, dict) else contents)

    def diagnostics(self, file: Path) -> list[dict[str, Any]]:
        """What is marked in a file, once the server has looked at it."""
        while file.as_uri() not in self._diagnostics:
            self._take(self._read())
        return self._diagnostics[file.as_uri()]

    def ask(self, method: str, **params: object) -> Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._asked and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def wait_for(self, method: str) -> None:
        """Until the server tells this."""
        while (message := self._read()).get("method") != method:
            self._take(message)

    def tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        """What the server says unasked, and asks itself: it wants the editor's settings."""
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._diagnostics[params["uri"]] = params["diagnostics"]
        elif "id" in message:
            wanted = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
            self._send({"id": message["id"], "result": [self._setting(item) for item in wanted] or None})

    def _setting(self, item: dict[str, str]) -> dict[str, Any]:
        return self._settings if item.get("section") == "yaml" else {}

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        stream, length = self._process.stdout, 0
        assert stream is not None
        while (header := stream.readline()) not in {b"\r\n", b""}:
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = stream.read(length)
        assert body, "the language server has ended"
        message: dict[str, Any] = json.loads(body)
        return message


_CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True},
}


def _position(file: Path, line: int, column: int) -> dict[str, object]:
    return {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": column}}
