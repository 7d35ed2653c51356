"""Variables put into text, and the limits of AWS on what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from remit.catalog.fields import check_action, check_resource
from remit.catalog.models import InlineStatement, PolicyStatement
from remit.documents import Document, characters_beyond_iam, lost_conditions, statement_json
from remit.errors import BadValue, Source
from remit.planning.findings import Findings
from remit.variables import has_variables, substitute
from remit.yaml_places import Text


@dataclass(slots=True)
class Rendering:
    """Fills in the variables of one account, or of the instance when `account` is None. Used like a function."""

    findings: Findings
    values: Mapping[str, str]
    account: str | None = None
    used: bool = False
    """Whether any text had a variable: what it made is then this account's alone."""

    def __call__(self, text: Text) -> str:
        self.used = self.used or has_variables(text)
        try:
            return str(substitute(text, self.values))
        except BadValue as error:
            self.wrong(error.message, error.remedy, text.source)
            return str(text)

    def statement(self, statement: PolicyStatement | InlineStatement) -> dict[str, Any]:
        """A statement as IAM reads it. What variables make of it is checked as if it had been written so."""
        for key in lost_conditions(statement, self):
            self.wrong(f"two conditions on the key {key!r}", "keep one", statement.source)
        for texts, check in (
            (statement.action, check_action),
            (statement.not_action, check_action),
            (statement.resource, check_resource),
            (statement.not_resource, check_resource),
        ):
            for text in texts or ():
                if has_variables(text):
                    self._check(text, check)
        return statement_json(statement, self)

    def _check(self, text: Text, check: Callable[[Text], Text]) -> None:
        try:
            check(Text(substitute(text, self.values)))
        except BadValue as error:
            self.wrong(error.message, error.remedy, text.source)

    def wrong(self, message: str, remedy: str, source: Source) -> None:
        if self.account is None:
            self.findings.wrong(message, remedy, source)
        else:
            self.findings.wrong_in(self.account, message, remedy, source)

    def check_length(self, what: str, rendered: str, longest: int, source: Source) -> None:
        if len(rendered) > longest:
            self.wrong(f"{what} has {len(rendered)} characters", f"AWS allows {longest}", source)

    def check_characters(self, what: str, document: Document, source: Source) -> None:
        """IAM takes no character beyond U+00FF in a policy."""
        if odd := characters_beyond_iam(document):
            self.wrong(f"{what} has {odd!r}, which IAM does not take", "IAM takes characters up to ÿ", source)
