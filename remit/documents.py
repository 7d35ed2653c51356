"""IAM policy documents as values: made from statements, compared by meaning, measured as IAM measures them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the provider needs documents, and starts sooner without the catalog's models
    from remit.catalog.models import InlineStatement, PolicyStatement
    from remit.yaml_places import Text

VERSION = "2012-10-17"
FIRST_VERSION = "2008-10-17"  # IAM's for a document that names none
Document = Mapping[str, Any]
Render = Callable[["Text"], str]
_WITHOUT_CASE = frozenset({"Action", "NotAction"})
_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def statement_json(statement: PolicyStatement | InlineStatement, render: Render = str) -> dict[str, Any]:
    """One statement as IAM reads it, without Remit's keys. `render` fills in variables."""
    lists = {
        "Action": statement.action,
        "NotAction": statement.not_action,
        "Resource": statement.resource,
        "NotResource": statement.not_resource,
    }
    return {
        **({"Sid": str(statement.sid)} if statement.sid else {}),
        "Effect": str(statement.effect),
        **{key: _one_or_many(texts, render) for key, texts in lists.items() if texts is not None},
        **({"Condition": _condition(statement.condition, render)} if statement.condition else {}),
    }


def document(statements: Sequence[Mapping[str, Any]]) -> Document:
    """A policy document of these statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def size(policy: Document) -> int:
    """Characters as IAM counts them: no white space, neither between tokens nor within text."""
    text = json.dumps(policy, ensure_ascii=False, separators=(",", ":"))
    return len("".join(text.split()))


def characters_beyond_iam(policy: Document) -> str:
    """The characters that IAM refuses in a policy document, each once."""
    text = json.dumps(policy, ensure_ascii=False)
    return "" if text.isascii() else "".join(sorted({letter for letter in text if letter > "\xff"}))


def repeated_sids(policy: Document) -> tuple[str, ...]:
    """Sids that stand more than once: IAM takes no such policy."""
    sids = Counter(statement["Sid"] for statement in policy["Statement"] if "Sid" in statement)
    return tuple(sorted(sid for sid, times in sids.items() if times > 1))


def lost_conditions(statement: PolicyStatement | InlineStatement, render: Render) -> tuple[str, ...]:
    """Condition keys that variables make equal: one of them would be lost, and with it what it demands."""
    keys = (Counter(render(key) for key in each) for each in (statement.condition or {}).values())
    return tuple(sorted({key for found in keys for key, times in found.items() if times > 1}))


def same_meaning(one: Document | str, other: Document | str) -> bool:
    """Whether two documents (JSON values or text, as IAM returns them) say the same."""
    return canonical(one) == canonical(other)


def fingerprint(policy: Document) -> str:
    """Two short hashes, MEANING.WORDS: of what a document says, and of how it says that, but for the order of keys."""
    return f"{_hashed(canonical(policy))}.{_hashed(policy)}"


def means(known: str, policy: Document) -> bool:
    """Whether a document says what the one with the fingerprint `known` says."""
    return known.partition(".")[0] == _hashed(canonical(policy))


def in_other_words(known: str, live: Document) -> bool:
    """Whether a document means the same as the one that has the fingerprint `known`, and is written otherwise."""
    return means(known, live) and known.partition(".")[2] != _hashed(live)


def as_written(wanted: Document, live: Document | None) -> Document:
    """The live document where it means the same: who compares by the text then sees no difference."""
    return live if live is not None and same_meaning(live, wanted) else wanted


def statements_of(policy: Document | None) -> list[Mapping[str, Any]]:
    """As they stand; a single one need be in no list."""
    statements = (policy or {}).get("Statement", ())
    return [statements] if isinstance(statements, Mapping) else list(statements)


def meaning(statement: Mapping[str, Any], *, with_sid: bool = True) -> str:
    """Equal for statements that say the same; with the Sid, which people read, or whatever it is."""
    found = canonical({"Statement": [statement]})["Statement"][0]
    return json.dumps({key: value for key, value in found.items() if with_sid or key != "Sid"}, sort_keys=True)


def canonical(policy: Document | str) -> Document:
    """The one form of all documents that mean the same.

    Lists that are sets are sorted, single values are lists, actions and condition operators and keys are lower
    case, booleans and numbers are text, statements are sorted, the Version is named. A Sid is kept: people read it.
    """
    values: Any = json.loads(policy) if isinstance(policy, str) else policy
    statements = [_canonical_statement(statement) for statement in statements_of(values)]
    return {
        "Version": FIRST_VERSION,
        **{key: value for key, value in values.items() if key != "Statement" and value != ""},
        "Statement": sorted(statements, key=lambda statement: json.dumps(statement, sort_keys=True)),
    }


def _hashed(policy: Document) -> str:
    return hashlib.sha256(json.dumps(policy, sort_keys=True).encode()).hexdigest()[:12]


def _one_or_many(texts: Sequence[Text], render: Render) -> str | list[str]:
    rendered = [render(text) for text in texts]
    return rendered[0] if len(rendered) == 1 else rendered


def _condition(condition: Mapping[Text, Mapping[Text, Sequence[Text]]], render: Render) -> dict[str, Any]:
    return {
        str(operator): {render(key): _one_or_many(values, render) for key, values in keys.items()}
        for operator, keys in condition.items()
    }


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  JSON
    return value if isinstance(value, list) else [value]


def _canonical_statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in statement.items():
        if key in _LISTS:
            result[key] = _as_set(value, fold=key in _WITHOUT_CASE)
        elif key == "Condition":
            result[key] = _canonical_condition(value)
        else:
            result[key] = value
    return {key: value for key, value in result.items() if value not in ("", {})}


def _canonical_condition(condition: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        operator.lower(): {key.lower(): _as_set(values) for key, values in keys.items()}
        for operator, keys in condition.items()
    }


def _as_set(value: Any, *, fold: bool = False) -> list[str]:  # noqa: ANN401  JSON
    texts = {json.dumps(item) if isinstance(item, bool | int | float) else str(item) for item in _as_list(value)}
    return sorted({text.lower() for text in texts} if fold else texts)
