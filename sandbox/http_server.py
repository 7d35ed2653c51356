"""The HTTP server: Werkzeug's, but connections stay open, as AWS's do.

Werkzeug's own handler closes each connection after one answer. A client then opens one for each call, which costs
both sides more than the call itself.
"""

from __future__ import annotations

import socket
import sys
import traceback
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.exceptions import InternalServerError
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app


class KeepAliveServer(ThreadedWSGIServer):
    """A thread for each connection. `close_all` ends the connections that clients still hold."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        super().__init__(host, port, app, _Handler)
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def close_all(self) -> None:
        with self._lock:
            left = list(self._open)
        for connection in left:
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    """Quiet, and without the 40 ms that Nagle's algorithm adds to an answer of two packets."""

    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out as one
    server: BaseWSGIServer

    def setup(self) -> None:
        super().setup()
        if isinstance(self.server, KeepAliveServer):
            self.server.opened(self.connection)

    def finish(self) -> None:
        if isinstance(self.server, KeepAliveServer):
            self.server.closed(self.connection)
        super().finish()

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        if "HTTP_TRANSFER_ENCODING" in environ:  # no SDK of AWS does so here
            self.close_connection = True
        else:  # all of it, or the rest would be taken for the next request
            environ["wsgi.input"] = BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        try:
            body, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionResetError:  # a fault plan's
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - as every server does: this request has failed, the next one may not
            traceback.print_exc(file=sys.stderr)
            body, status, headers = run_wsgi_app(InternalServerError(), environ, buffered=True)
        self._answer(b"".join(body), status, headers.to_wsgi_list())

    def _answer(self, body: bytes, status: str, headers: list[tuple[str, str]]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: ANN401
        """Requests are counted (GET /_sandbox/calls), not printed."""
