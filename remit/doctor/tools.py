"""Python, its packages, the Pulumi CLI and its plugins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Tools

OLDEST_PYTHON, OLDEST_PULUMI = (3, 11), (3, 200)
_SAYS = Says("tools")
_SETUP = "make setup"


def check_tools(tools: Tools) -> Iterator[Finding]:
    yield from _python(tools)
    yield from _engine(tools)
    if tools.endpoint:
        yield _SAYS.note(f"AWS_ENDPOINT_URL is {tools.endpoint}: calls go there, and not to AWS")


def _python(tools: Tools) -> Iterator[Finding]:
    python = ".".join(map(str, tools.python))
    if tools.python < OLDEST_PYTHON:
        yield _SAYS.error(f"Python {python}; 3.11 is the oldest that Remit runs on", "install a later one")
    if tools.virtualenv_missing:
        yield _SAYS.error(f"there is no {tools.virtualenv_missing}, where Pulumi looks for the packages", _SETUP)
    differ = {name: pair for name, pair in tools.packages.items() if pair[0] != pair[1]}
    for name, (pinned, installed) in differ.items():
        if installed:
            yield _SAYS.warning(f"{name} {installed} is installed, {pinned} is pinned in requirements.txt", _SETUP)
        else:
            yield _SAYS.error(f"{name} {pinned}, which requirements.txt names, is not installed", _SETUP)
    if not tools.packages:
        yield _SAYS.unchecked("packages: there is no requirements.txt that pins them")
    elif not differ:
        yield _SAYS.ok(f"Python {python}, {len(tools.packages)} packages as pinned")


def _engine(tools: Tools) -> Iterator[Finding]:
    if tools.engine == "embedded":
        if tools.loopback:
            yield _SAYS.ok("the embedded engine, which runs against the sandbox alone")
        else:
            yield _SAYS.error(
                "there is no Pulumi CLI, and the embedded engine runs against the sandbox alone",
                "install it: https://www.pulumi.com/docs/install",
            )
        return
    if not tools.pulumi:
        yield _SAYS.error("there is no pulumi on PATH", "install it (https://www.pulumi.com/docs/install)")
        return
    found = re.match(r"v?(\d+)\.(\d+)", tools.pulumi)
    if not found:
        yield _SAYS.error(f"`pulumi version` says {tools.pulumi!r}", "install the Pulumi CLI anew")
        return
    if (int(found[1]), int(found[2])) < OLDEST_PULUMI:
        yield _SAYS.error(f"Pulumi CLI {tools.pulumi}; 3.200 is the oldest that Remit runs with", "install a later one")
    else:
        yield _SAYS.ok(f"Pulumi CLI {tools.pulumi}")
    if not tools.language_host:
        message = "pulumi-language-python is not on PATH, nor beside pulumi: no program in Python can run"
        yield _SAYS.error(message, "install the Pulumi CLI whole; it brings it along")
    yield from _plugin(tools)


def _plugin(tools: Tools) -> Iterator[Finding]:
    pinned = tools.plugin_pinned
    if pinned in tools.plugins:
        yield _SAYS.ok(f"plugin aws-native {pinned}, as pinned")
        return
    there = f"; there is {', '.join(tools.plugins)}" if tools.plugins else ""
    install = f"pulumi plugin install resource aws-native {pinned}"
    remedy = f"the first run downloads it; where it has no network, before: {install}"
    yield _SAYS.note(f"plugin aws-native {pinned}, which requirements.txt names, is not installed{there}", remedy)
