"""Starts the plugin: `python engine/aws_native ENGINE-ADDRESS` prints the port and serves until it is ended."""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a folder, sys.path[0] is this folder: put the repository there instead, so that `engine` is a package.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from engine.aws_native.server import serve  # noqa: E402

if __name__ == "__main__":
    serve()
