"""A small JSON server: routes by pattern, pages, a token, and statuses that are answered in place of an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from threading import Thread
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

Answer = tuple[int, Any]
Handler = Callable[..., Answer]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class HostServer:
    """`seen` lists every request as `METHOD path`. `before` is method to what the next such requests are answered."""

    def __init__(self, prefix: str = "") -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._prefix = prefix
        self.seen: list[str] = []
        self.before: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self._prefix}"

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """`pattern` has {names} for parts of the path; the handler gets them, then the request's JSON."""
        expression = re.sub(r"\{(\w+)\}", r"(?P<\1>.+?)", pattern)
        self._routes.append((method, re.compile(f"{self._prefix}{expression}"), handler))

    def allowed(self, request: Request) -> bool:
        raise NotImplementedError

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        self.seen.append(f"{request.method} {request.path.removeprefix(self._prefix)}")
        return self._respond(request)(environ, start)

    def _respond(self, request: Request) -> Response:
        if self.before.get(request.method):
            status, headers = self.before[request.method].pop(0)
            return Response(b"{}", status, headers)
        if not self.allowed(request):
            return _json(401, {"message": "Bad credentials"})
        raw = request.environ.get("RAW_URI", request.path).partition("?")[0]
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(raw)
            if match and method == request.method:
                status, body = handler(request, **match.groupdict())
                return _json(status, _page(request, body) if isinstance(body, list) else body)
        return _json(404, {"message": "Not Found"})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _page(request: Request, items: list[Any]) -> list[Any]:
    size, page = int(request.args.get("per_page", 30)), int(request.args.get("page", 1))
    return items[(page - 1) * size : page * size]


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
