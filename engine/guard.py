"""The engine runs against a simulation only: AWS_ENDPOINT_URL must be a loopback address."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.errors import NotLoopbackError


def is_loopback(url: str) -> bool:
    """Whether `url` names 127.0.0.0/8, ::1 or localhost, without asking any resolver."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(environment: Mapping[str, str]) -> None:
    """Raise NotLoopbackError unless every AWS endpoint in `environment` is a loopback address, and one is set."""
    general = environment.get("AWS_ENDPOINT_URL", "")
    others = {k: v for k, v in environment.items() if k.startswith("AWS_ENDPOINT_URL_") and v}
    for name, url in {"AWS_ENDPOINT_URL": general, **others}.items():
        if not is_loopback(url):
            value = f"it is {url!r}" if url else "it is not set"
            raise NotLoopbackError(
                f"the embedded engine runs against a simulation only: {name} must be a loopback address such as "
                f"http://127.0.0.1:4566, and {value}. Use the Pulumi CLI for a real organization."
            )
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        raise NotLoopbackError("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is set: calls would go to the real AWS")
