"""The machine, the versions and the commit that figures are from."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.bench.project import ROOT

_PACKAGES = ("pulumi", "pulumi-aws-native", "grpcio", "boto3", "moto")


def machine() -> str:
    """Processor, cores, memory, system; whatever this system does not tell is left out."""
    memory = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    processor = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    told = (
        processor[1] if processor else platform.processor(),
        f"{os.cpu_count()} cores",
        f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "",
        f"{platform.system()} {platform.release()}",
    )
    return ", ".join(filter(None, told))


def versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"Python {platform.python_version()}, {packages}"


def commit() -> str:
    """The commit, marked when files of the project differ from it; "" outside a git checkout."""
    name = _said("git", "rev-parse", "--short", "HEAD")
    return f"{name} (with local changes)" if name and _said("git", "status", "--porcelain", "-uno") else name


def pulumi_version() -> str:
    """The CLI's own word; "" when there is none on PATH."""
    return _said("pulumi", "version")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
