"""A real local HTTP server that stands for Teams, Slack and anybody's webhook."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_TOKEN = "sig-3f1c9d"


@dataclass(frozen=True)
class Post:
    """One request."""

    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Chat:
    """`refusals`: what the first requests are answered with, each once; all others get 202."""

    refusals: Iterable[int] = ()
    received: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))

    def __enter__(self) -> Self:
        chat, left = self, list(self.refusals)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                chat.received[self.path.partition("?")[0]].append(Post(headers, body))
                self.send_response(left.pop(0) if left else 202)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}?{_TOKEN}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TEAMS_URL": self.url("/teams"),
            "SLACK_URL": self.url("/slack"),
            "HOOK_URL": self.url("/hook"),
            "HOOK_KEY": SECRET,
        }

    @staticmethod
    def secrets_in(text: str) -> list[str]:
        """Which secrets a text gives away."""
        return [secret for secret in (_TOKEN, SECRET, SECRET.removeprefix("whsec_")) if secret in text]
