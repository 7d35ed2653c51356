"""The interface of a code host, and what it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from remit.errors import RemitError


class HostError(RemitError):
    """The host refused a request or could not be reached; the message never holds a token."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Whether a pull request may be applied before it is merged.

    `sha` is the commit that was looked at: apply and merge exactly that one. `refusals` says what is in the way.
    """

    sha: str
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of files, on a branch of its own. `files` is path to new text; None deletes the file."""

    branch: str
    title: str
    body: str
    files: Mapping[str, str | None]


class Host(Protocol):
    """GitHub or GitLab. Each method raises HostError. What is written twice with the same words changes nothing.

    `key` tells the comments and issues of Remit apart; none but those that Remit's own account wrote are touched.
    """

    body_limit: ClassVar[int]
    """The most characters that a comment or an issue may have."""

    def comment(self, pull_request: int, key: str, body: str) -> str:
        """Writes the one comment of that key, or updates it in place. Returns its address."""

    def issue(self, key: str, title: str, body: str) -> str:
        """Opens the one issue of that key, or updates it. Returns its address."""

    def close_issue(self, key: str, reason: str) -> str | None:
        """Closes the issue of that key with a last comment. Returns its address; None if none is open."""

    def approval(self, pull_request: int, asked_by: str) -> Approval:
        """Whether it is approved, up to date, of this repository, and asked for by somebody who may write."""

    def merge(self, pull_request: int, sha: str, method: str) -> str:
        """Merges if its head still is `sha`. Returns the merged commit."""

    def propose(self, proposal: Proposal) -> str:
        """Puts the files on the branch, from the default branch's head, and opens a pull request for it.

        One that is open already is updated. Returns its address.
        """
