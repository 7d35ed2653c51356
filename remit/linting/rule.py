"""What a lint rule is, and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar

from remit.errors import Source

if TYPE_CHECKING:
    from remit.linting.subject import Subject


class Severity(IntEnum):
    """How bad it is. ERROR: will not work, or gives far too much. WARNING: look again. INFO: worth knowing."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Accounts(StrEnum):
    """What an organization (--organization) adds to a rule."""

    UNUSED = "unused"
    """Nothing: the catalog says all."""
    SHARPEN = "sharpen"
    """Without one the rule goes by the words of the selectors; with one, by accounts."""
    NEEDED = "needed"
    """The rule is silent without one."""
    ASKED = "asked"
    """Nothing: the rule is silent unless AWS is asked (--access-analyzer)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found. `why` is the rule's reason, `fix` what to do here."""

    rule: str
    severity: Severity
    message: str
    fix: str
    why: str
    source: Source


class Rule(ABC):
    """A rule: data, and one method. `id` is the name of its file, with dashes."""

    id: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    why: ClassVar[str]
    fix: ClassVar[str]
    """What to do, in general; a finding may know better."""
    source: ClassVar[str]
    """Where the advice comes from: an address."""
    accounts: ClassVar[Accounts] = Accounts.UNUSED
    more: ClassVar[str] = ""
    """What docs/rules.md says besides, in Markdown."""

    @abstractmethod
    def check(self, subject: Subject) -> Iterator[Finding]:
        """Everything in the subject that the rule is about."""

    def finding(self, source: Source, message: str, fix: str = "") -> Finding:
        return Finding(self.id, self.severity, message, fix or self.fix, self.why, source)
