"""A warm environment's `python` and `remit`: has the server fork, hands it what is its own, ends as the fork does.

Run by `python -IS`, and imports next to nothing: it takes 15 milliseconds where what it stands for takes a second.
"""

import os
import signal
import socket
import sys

_FOLDER, _NAME = os.path.split(os.path.abspath(sys.argv[0]))
_ARGUMENTS = (["-m", "remit.cli.main"] if _NAME == "remit" else []) + sys.argv[1:]
_PASSED_ON = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    path = os.readlink(os.path.join(_FOLDER, "path"))
    if _ARGUMENTS[0] == "-ISc" or os.environ.get("PYTHONPATH", path) != path:  # a fork can have neither
        real = os.readlink(os.path.join(_FOLDER, "real"))
        os.execv(real, [real, *_ARGUMENTS])  # noqa: S606  no shell: the arguments go as they are
    for number in _PASSED_ON:
        signal.signal(number, signal.SIG_DFL)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.connect(os.path.join(_FOLDER, "socket"))
    variables = (f"{name}={value}" for name, value in os.environ.items())
    parts = (os.path.join(_FOLDER, "python"), os.getcwd(), str(len(_ARGUMENTS)), *_ARGUMENTS, *variables)
    socket.send_fds(server, [os.fsencode("\0".join(parts))], [0, 1, 2])
    fork = int(server.recv(32))
    for number in _PASSED_ON:
        signal.signal(number, lambda number, _: os.kill(fork, number))
    _end(os.waitstatus_to_exitcode(int(server.recv(32))))


def _end(code: int) -> None:
    """With the exit code of the fork, or by the signal that ended it."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code in _PASSED_ON else None
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
