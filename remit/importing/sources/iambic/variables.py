"""`{{var.KEY}}`: IAMbic fills in an account's variables, cut down to the characters of IAM's names.

Its templates go through Jinja, which knows a lot more; whatever else of it stands in a template is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from remit.errors import BadValue
from remit.yaml_places import Text

ID, NAME = "account_id", "account_name"
MOST_CHARACTERS = 64
_VARIABLE = re.compile(r"\{\{\s*var\.([A-Za-z_]\w*)\s*\}\}")
_JINJA = re.compile(r"\{\{|\{%|\{#")
_ODD = re.compile(r"[^\w+=,.@-]")


def cut_down(value: str) -> str:
    """As IAMbic writes it: `Shop (prod)` is `Shopprod`."""
    return _ODD.sub("", value)[:MOST_CHARACTERS]


@dataclass(slots=True)
class Filling:
    """The variables of one account put into texts. `words` are the catalog's for them, where they are not its own.

    `used` are the keys that any text had; a key that the account lacks is empty, as Jinja has it.
    """

    values: Mapping[str, str]
    words: Mapping[str, str]
    used: set[str] = field(default_factory=set)

    def filled(self, text: str) -> str:
        """Raises BadValue for anything of Jinja but `{{var.KEY}}`."""
        return self._put(text, lambda key: self.values.get(key, ""))

    def worded(self, text: str) -> str:
        """The text with the variables of the catalog. Raises BadValue as `filled` does."""
        return self._put(text, lambda key: f"{{{{{self.words.get(key, own_variable(key))}}}}}")

    def account_vars(self) -> dict[str, str]:
        """Those of the used variables that a catalog must be told of, as it calls them."""
        own = (key for key in sorted(self.used) if self.words.get(key, own_variable(key)) == own_variable(key))
        return {key: self.values.get(key, "") for key in own}

    def undefined(self) -> set[str]:
        return self.used - self.values.keys()

    def _put(self, text: str, value: Callable[[str], str]) -> str:
        if "{" not in text:
            return str(text)
        if _JINJA.search(_VARIABLE.sub("", text)):
            raise BadValue(f"{str(text)!r} has more of Jinja than {{{{var.KEY}}}}", "write out what it comes to")
        self.used.update(_VARIABLE.findall(text))
        return _VARIABLE.sub(lambda found: value(found[1]), text)


def own_variable(key: str) -> str:
    return f"account.vars.{key}"


def placed(text: str, like: Text) -> Text:
    """The text at the place of another."""
    return Text(text, like.source)
