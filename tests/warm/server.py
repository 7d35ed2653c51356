"""Forks, for whoever connects, into the program that it asks for."""

from __future__ import annotations

import atexit
import gc
import hashlib
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

_OURS = ("remit", "components", "provider", "engine")
_THEIRS = ("boto3", "pulumi_aws_native.iam", "pulumi_aws_native.sso")
_MOST = 1 << 17  # bytes that the arguments and the environment of a program take


@dataclass(frozen=True)
class _Program:
    """What is to be run, and as what."""

    python: str
    folder: str
    arguments: list[str]
    variables: dict[str, str]
    streams: list[int]

    @classmethod
    def read(cls, connection: socket.socket) -> _Program | None:
        """None where whoever connected has gone."""
        sent, streams, _, _ = socket.recv_fds(connection, _MOST, 3)
        if not sent:
            return None
        python, folder, count, *rest = os.fsdecode(sent).split("\0")
        arguments, variables = rest[: int(count)], rest[int(count) :]
        return cls(python, folder, arguments, dict(each.split("=", 1) for each in variables), streams)

    def close(self) -> None:
        for stream in self.streams:
            os.close(stream)

    def run(self) -> None:
        """As the interpreter would."""
        os.setsid()
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.variables)
        for number, stream in enumerate(self.streams):
            os.dup2(stream, number)
        self.close()
        sys.stdin, sys.stdout, sys.stderr = (_opened(number) for number in range(3))
        sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
        sys.executable, name = self.python, self.arguments[0]
        if name == "-m":
            sys.argv, sys.path[0] = self.arguments[1:], self.folder
            sys.modules.pop(sys.argv[0], None)  # or runpy warns that it is there
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv, sys.path[0] = self.arguments, os.path.dirname(name)
            runpy.run_path(name, run_name="__main__")


def _opened(number: int) -> TextIO:
    """A standard stream as the interpreter opens it at its start."""
    original = (sys.__stdin__, sys.__stdout__, sys.__stderr__)[number]
    assert original is not None
    at_once = number > 0 and bool(os.environ.get("PYTHONUNBUFFERED"))
    opened = os.fdopen(number, "wb" if number else "rb", 0 if at_once else -1, closefd=False)
    by_line = number == 2 or opened.isatty()
    return TextIOWrapper(opened, original.encoding, original.errors, line_buffering=by_line, write_through=at_once)


@dataclass(frozen=True)
class _Fork:
    """`connection` is that of who asked for it; `ended` is a file descriptor that can be read when it has ended."""

    connection: socket.socket
    pid: int
    ended: int

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        self.connection.close()
        os.close(self.ended)


class _Server:
    """Forks for whoever connects. It has one thread: a fork would lack the others."""

    def __init__(self, path: str) -> None:
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listening.bind(path)
        self._listening.listen(64)
        self._forks: dict[int, _Fork] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(0, selectors.EVENT_READ)
        self._selector.register(self._listening, selectors.EVENT_READ)

    def wait(self) -> _Program | None:
        """In a fork: what it is to run. In the server: None, when its standard input ends."""
        while True:
            for key, _ in self._selector.select():
                if key.fd == 0:
                    for fork in self._forks.values():
                        fork.kill()
                    return None
                if key.fileobj is self._listening:
                    if program := self._fork(self._listening.accept()[0]):
                        return program
                elif key.data.pid in self._forks:
                    self._finish(key.data) if key.fd == key.data.ended else self._give_up(key.data)

    def _fork(self, connection: socket.socket) -> _Program | None:
        """The program, in the fork alone."""
        program = _Program.read(connection)
        if program is None:
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            connection.close()
            self._close()
            return program
        program.close()
        fork = self._forks[pid] = _Fork(connection, pid, os.pidfd_open(pid))
        for each in (connection, fork.ended):
            self._selector.register(each, selectors.EVENT_READ, fork)
        _say(connection, pid)
        return None

    def _give_up(self, fork: _Fork) -> None:
        """Whoever asked for it has gone."""
        fork.kill()
        self._selector.unregister(fork.connection)

    def _finish(self, fork: _Fork) -> None:
        _, status = os.waitpid(fork.pid, 0)
        _say(fork.connection, status)
        for each in (fork.connection, fork.ended):
            with suppress(KeyError):
                self._selector.unregister(each)
        self._forks.pop(fork.pid).close()

    def _close(self) -> None:
        """All of the server's, in a fork."""
        self._selector.close()
        self._listening.close()
        for fork in self._forks.values():
            fork.close()


def _say(connection: socket.socket, number: int) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.send(str(number).encode())


def _import_everything() -> None:
    for name in _THEIRS:
        import_module(name)
    for name in _OURS:
        package = import_module(name)
        for each in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not each.name.endswith("__main__"):
                import_module(each.name)
    gc.collect()
    gc.freeze()  # or the first collection of a fork would copy every page


def _remember_keys(folder: Path) -> None:
    """A key that takes a million rounds of a hash is derived by one of the forks, and read by the others."""
    derive = hashlib.pbkdf2_hmac

    def remembered(*arguments: object) -> bytes:
        file = folder / hashlib.sha256(repr(arguments).encode()).hexdigest()
        if not file.exists():
            own = file.with_suffix(f".{os.getpid()}")
            own.write_bytes(derive(*arguments))  # type: ignore[arg-type]
            own.rename(file)
        return file.read_bytes()

    setattr(hashlib, derive.__name__, remembered)


def main() -> None:
    # What runs in the background ignores an interrupt, and so would the forks.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = _Server(sys.argv[1])
    _import_everything()
    _remember_keys(Path(sys.argv[1]).parent)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if program := server.wait():
        os._exit(_exit_code(program))


def _exit_code(program: _Program) -> int:
    """Runs it to what would be the interpreter's end, less the taking down of a heap that is shared."""
    code: str | int | None = 0
    try:
        program.run()
    except SystemExit as ended:
        code = ended.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    threading._shutdown()  # type: ignore[attr-defined]  # the interpreter's own way to wait for all threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    return code if isinstance(code, int) else int(code is not None)


if __name__ == "__main__":
    main()
