"""Commits and pull requests say what was changed, by whom and when, and nothing in them speaks for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from remit.drift.values import Deed, Difference, Finding
from remit.syncing.change import Change
from remit.syncing.draft import Adopted, Draft, Refused
from remit.syncing.words import MARK, body, message, who

DEED = Deed(
    datetime(2026, 5, 3, 4, 5, 6, tzinfo=UTC), "UpdatePermissionSet", "arn:aws:sts::1:a/Admin/ada", "192.0.2.7", "e"
)
CHANGED = Finding(
    "permission_set", "changed", "adopt", "Read", differences=(Difference("session_duration", "PT8H", "PT1H"),)
)
FILES = {PurePosixPath("c.yaml"): "permission_sets: []\n"}


def given(group: str, deeds: tuple[Deed, ...] | None = None) -> Finding:
    return Finding(
        "assignment",
        "unmanaged",
        "adopt",
        "Read",
        "333333333333",
        "lab",
        principal=("GROUP", group, group),
        deeds=deeds,
    )


def adopted(*findings: Finding, what: str = "permission set Read", attention: tuple[str, ...] = ()) -> Adopted:
    return Adopted(Change(what, findings), FILES, attention)


def test_a_commit_says_what_by_whom_and_when() -> None:
    text = message(adopted(replace(CHANGED, deeds=(DEED,)), attention=("warning: look",)), "prod")
    assert text == (
        "Adopt permission set Read: session_duration\n"
        "\n"
        "permission set Read: changed\n"
        "  session_duration: PT8H → PT1H\n"
        "  in AWS by arn:aws:sts::1:a/Admin/ada, 2026-05-03 04:05Z (UpdatePermissionSet, from 192.0.2.7)\n"
        "\n"
        "Look at this:\n"
        "  warning: look\n"
        "\n"
        "Remit-Stack: prod\n"
    )
    assert MARK in text


def test_nobody_found_is_not_nobody_asked() -> None:
    assert who(replace(CHANGED, deeds=())) == ("by nobody that CloudTrail's last 90 days know of",)
    assert who(CHANGED) == ("CloudTrail could not be asked who did it",)


def test_a_long_list_is_counted_to_its_end() -> None:
    text = message(adopted(*(given(f"g{number:02}") for number in range(23)), what="access to Read"), "prod")
    assert text.startswith("Adopt access to Read: 23 given\n")
    assert text.count(": given") == 20
    assert "\nand 3 more\n" in text


def test_a_text_without_anything_adopted_is_empty() -> None:
    refused = Draft(refused=(Refused(Change("policy Guard", (CHANGED,)), "it has no words"),))
    assert body({"prod": refused}) == ""
    assert "policy Guard: it has no words" in body({"dev": Draft((adopted(CHANGED),)), "prod": refused})


def test_administrators_come_first() -> None:
    text = body({"prod": Draft((adopted(CHANGED), adopted(given("sre"), attention=("ADMINISTRATOR: sre",))))})
    assert text.index("ADMINISTRATOR") < text.index("session_duration: PT8H")


def test_no_name_closes_a_frame_or_mentions_somebody() -> None:
    """Names of groups and sessions are not ours: a pull request must not speak for whoever chose them."""
    bad = given("@team ```` </details><img src=x>", deeds=(replace(DEED, by="`````\n# Approved"),))
    lines = body({"prod": Draft((adopted(bad, what="access to @all"),))}).splitlines()
    frames = [number for number, line in enumerate(lines) if line.startswith("``")]
    (begin, end) = (frames[0], frames[-1])
    assert lines[begin].removesuffix("text") == lines[end]
    assert len(lines[end]) > 5
    outside = "\n".join([*lines[:begin], *lines[end + 1 :]])
    assert "@all" not in outside
    assert "img" not in outside
