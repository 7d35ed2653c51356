"""The interface of a code host, and what it answers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class TakenOverError(HostError):
    """Somebody else goes on with what Remit proposed: their commits are not thrown away."""

    def __init__(self, branch: str, subject: str) -> None:
        super().__init__(f"branch {branch} has a commit that somebody else made ({subject}): merge it, or delete it")


@dataclass(frozen=True, slots=True)
class Commit:
    """`files` is path to new text; None deletes the file."""

    message: str
    files: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A commit that a branch has. Through a host's API both times are one; git commit --amend and git rebase keep the
    first and renew the second."""

    message: str
    written: str
    committed: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Commits on a branch of their own, which begins at `parent`; "": at the default branch's head.

    `mark` stands in the message of each. A branch with another commit is left alone; "": it is made anew all the same.
    """

    branch: str
    title: str
    body: str
    commits: Sequence[Commit]
    parent: str = ""
    mark: str = ""

    def refuse_others(self, commits: Iterable[Found]) -> None:
        """Raises TakenOverError if one of the branch's commits is not ours, or is no more as we made it."""
        for each in commits:
            subject = each.message.partition("\n")[0]
            if self.mark not in each.message:
                raise TakenOverError(self.branch, subject)
            if self.mark and each.written != each.committed:
                raise TakenOverError(self.branch, f"{subject}, which was amended")


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
        """Puts the commits on the branch and opens a pull request for it; one that is open already is updated.

        Returns its address. Raises TakenOverError.
        """

    def withdraw(self, proposal: Proposal, reason: str) -> str | None:
        """Closes the pull request of the proposal's branch with a last comment. Returns its address; None if none is
        open. Raises TakenOverError.
        """
