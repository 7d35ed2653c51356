"""Whose CI it is, by the address of a git remote."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URL = re.compile(
    r"(?:(?P<scheme>\w+)://)?(?:[^@/]+@)?(?P<host>[^:/]+)(?P<port>:\d+(?=/))?[:/]/?(?P<path>[^?#]+?)(?:\.git)?/?"
)
_OTHER_DOORS = {"ssh.github.com": "github.com", "www.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}


@dataclass(frozen=True, slots=True)
class Remote:
    """`host`: with a port, if its pages have one. `path`: OWNER/NAME, at GitLab with all groups above."""

    host: str
    path: str

    @property
    def ci_host(self) -> str:
        """github, gitlab, or "" where the host's name does not say. Whose host it is, `host` says."""
        if self.host.endswith(".ghe.com"):
            return "github"
        return next((name for name in ("github", "gitlab") if name in self.host), "")


def issuer_of(host: str, ci_host: str) -> str:
    """Who signs the tokens of CI at a host of one's own; "" for github.com and gitlab.com, and no host."""
    if host in {"", "github.com", "gitlab.com"}:
        return ""
    if host.endswith(".ghe.com"):  # GitHub Enterprise Cloud with data residency
        return f"https://token.actions.{host}"
    return f"https://{host}/_services/token" if ci_host == "github" else f"https://{host}"


def remote_of(url: str) -> Remote | None:
    """Of git@HOST:OWNER/NAME.git, ssh://git@HOST:22/OWNER/NAME.git, https://HOST/OWNER/NAME; None for anything else."""
    found = _URL.fullmatch(url.strip())
    if not found or "/" not in found["path"] or "." not in found["host"]:
        return None
    host = found["host"].lower()
    port = found["port"] if found["scheme"] == "https" else ""  # ssh has one of its own
    return Remote(_OTHER_DOORS.get(host, host) + (port or ""), found["path"])
