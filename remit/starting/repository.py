"""Whose CI it is, by the address of a git remote."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URL = re.compile(r"(?:\w+://)?(?:[^@/]+@)?(?P<host>[^:/]+)(?::\d+(?=/))?[:/]/?(?P<path>[^?#]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True)
class Remote:
    """`path`: OWNER/NAME, at GitLab with all groups above."""

    host: str
    path: str

    @property
    def ci_host(self) -> str:
        """github, gitlab, or "" where the host's name does not say."""
        return next((name for name in ("github", "gitlab") if name in self.host), "")


def remote_of(url: str) -> Remote | None:
    """Of git@HOST:OWNER/NAME.git, ssh://git@HOST:22/OWNER/NAME.git, https://HOST/OWNER/NAME; None for anything else."""
    found = _URL.fullmatch(url.strip())
    if not found or "/" not in found["path"] or "." not in found["host"]:
        return None
    return Remote(found["host"], found["path"])
