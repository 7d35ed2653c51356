"""Variables put into text, and the limits of AWS on what comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from remit.catalog.fields import DESCRIPTION_PATTERN
from remit.errors import BadValue, Source
from remit.planning.findings import Findings
from remit.variables import has_variables, substitute
from remit.yaml_places import Text

_DESCRIPTION = re.compile(DESCRIPTION_PATTERN)


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
            return substitute(text, self.values)
        except BadValue as error:
            self.wrong(error.message, error.remedy, text.source)
            return str(text)

    def wrong(self, message: str, remedy: str, source: Source) -> None:
        if self.account is None:
            self.findings.wrong(message, remedy, source)
        else:
            self.findings.wrong_in(self.account, message, remedy, source)

    def check_description(self, what: str, rendered: str, source: Source, longest: int) -> None:
        """AWS's limits on descriptions."""
        if len(rendered) > longest:
            self.wrong(f"the description of {what} has {len(rendered)} characters", f"AWS allows {longest}", source)
        if not _DESCRIPTION.fullmatch(rendered):
            message = f"the description of {what} has characters that AWS does not take"
            self.wrong(message, "write Latin letters, digits and punctuation", source)
