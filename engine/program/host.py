"""Runs in the child process: configures the SDK, then runs the program as `__main__`.

It imports nothing of the engine, since the program may have a Python of its own. Exit code 0: all was registered;
1: a RunError, logged; 32: another exception, logged with the user's part of the traceback.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
import pulumi.runtime

_UNHANDLED = 32


def main(settings: dict[str, Any]) -> int:
    """Run the program that `settings` name."""
    program = settings.pop("program")
    sys.argv = [program]
    # The host's folder is sys.path[0]; the program's takes its place, as when it is run by itself.
    sys.path[0] = program if os.path.isdir(program) else os.path.dirname(program)
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), [])
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # futures that nobody awaits after a failure
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max(settings["parallel"], 1) * 4)
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # noqa: BLE001 - whatever the program raises is shown to its author
        pulumi.log.error("Program failed with an unhandled exception:\n" + _users_part(program))
        return _UNHANDLED
    finally:
        executor.shutdown(wait=True)
        loop.close()
    return 0


def _run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _users_part(program: str) -> str:
    """The traceback from the program's own first frame on."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    files = {os.path.abspath(program), os.path.abspath(os.path.join(program, "__main__.py"))}
    for index, frame in enumerate(frames):
        if os.path.abspath(frame.filename) in files:
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
