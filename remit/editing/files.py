"""Writing files: each at once or not at all, so that a run that is killed leaves no half of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_texts(texts: Mapping[Path, str | None]) -> None:
    """Write each file, or with None remove it. Texts are prepared on disk before the first file is replaced.

    Raises OSError when one cannot be prepared; then no file is changed.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for path, text in texts.items():
            if text is not None:
                ready.append((_prepare(path, text), path.resolve()))
        for prepared, path in ready:
            prepared.replace(path)
    finally:
        for prepared, _ in ready:
            prepared.unlink(missing_ok=True)
    for path, text in texts.items():
        if text is None:
            path.unlink()


def _prepare(path: Path, text: str) -> Path:
    path = path.resolve()  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    made = Path(file.name)
    with suppress(FileNotFoundError):
        made.chmod(stat.S_IMODE(path.stat().st_mode))
    if not path.exists():
        made.chmod(0o644)
    return made
