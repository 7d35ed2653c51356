"""The kinds of value that stand in a catalog: each knows its check, its remedy and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator
from pydantic import WithJsonSchema as Schema
from pydantic_core import CoreSchema, core_schema

from remit.errors import BadValue
from remit.expiry import Expiry, parse_expiry
from remit.selectors import parse_selector
from remit.yaml_places import Series, Text, not_text

ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?")
_SHORT_DURATION = re.compile(r"(?:(\d+)h)? ?(?:(\d+)m)?")


_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that AWS accepts: a pattern, a length in characters, and the same in words."""

    pattern: str
    words: str
    longest: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$", "maxLength": self.longest}

    def _check(self, text: Text) -> Text:
        if len(text) > self.longest:
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            raise BadValue(f"{str(shown)!r} has {len(text)} characters", f"at most {self.longest}")
        if not re.fullmatch(self.pattern, text, re.ASCII):
            is_arn = text.startswith("arn:") and self.words == _NAME_WORDS
            remedy = "write the name alone, not an ARN" if is_arn else f"write {self.words}"
            raise BadValue(f"{str(text)!r} is not allowed here", remedy)
        return text


NAME_PATTERN = r"[\w+=,.@-]+"
_NAME_WORDS = "letters, digits and _+=,.@- only, no variables"

PolicyName = Annotated[Text, Matching(NAME_PATTERN, _NAME_WORDS, 128)]
PermissionSetName = Annotated[Text, Matching(NAME_PATTERN, _NAME_WORDS, 32)]
PolicyPath = Annotated[
    Text, Matching(r"(/[\w.,+@=-]+)*/", "a path such as /remit/: a slash at both ends, no spaces", 512)
]
AwsPolicyName = Annotated[
    Text, Matching(r"([\w+=,.@-]+/)*[\w+=,.@-]+", "a name such as ReadOnlyAccess or job-function/SupportUser", 128)
]
AwsPolicyArn = Annotated[
    Text,
    Matching(
        r"arn:aws(-[a-z]+)*:iam::aws:policy/[\w+=,.@/-]+",
        "an ARN such as arn:aws:iam::aws:policy/ViewOnly; one of an account goes under customer_managed_policies",
        256,
    ),
]
Sid = Annotated[Text, Matching(r"[A-Za-z0-9]*", "letters and digits only", 512)]
RoleName = Annotated[
    Text, Matching(r"(?!arn:|/)([!-~]+/)?[\w+=,.@-]+", "a role name, with its path if it has one: path/RemitSpoke", 576)
]
ExternalId = Annotated[
    Text, Matching(r"[\w+=,.@:/-]{2,}", "2 to 1,224 letters, digits and _+=,.@:/- (no variables)", 1224)
]
Region = Annotated[Text, Matching(r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-central-1", 32)]


def _as_list(value: object) -> object:
    """One is as good as a list of one."""
    if not isinstance(value, Text | str):
        return value
    series = Series(value.source) if isinstance(value, Text) else []
    series.append(value)
    return series


def _check_selector(text: Text) -> Text:
    parse_selector(text)
    return text


def _one_or_many(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


_SELECTOR_SCHEMA = {
    "type": "string",
    "pattern": r"^(\*|management|(ou|ou-only|account):\S(.*\S)?|tag:[^=]+=.*)$",
}
_SelectorText = Annotated[Text, AfterValidator(_check_selector)]

Texts = Annotated[
    tuple[Text, ...], BeforeValidator(_as_list), Field(min_length=1), Schema(_one_or_many({"type": "string"}))
]
"""Text, or a list of at least one."""

_ACTION = re.compile(r"\*|\*:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


def check_action(text: Text) -> Text:
    """SERVICE:ACTION, with * and ?; or still with a variable in it. Raises BadValue."""
    if "{{" not in text and not _ACTION.fullmatch(text):
        raise BadValue(f"{str(text)!r} is no action", "write SERVICE:ACTION, such as s3:GetObject or s3:Get*")
    return text


def check_resource(text: Text) -> Text:
    """An ARN or a star; or still with a variable in it. Raises BadValue."""
    if "{{" not in text and text != "*" and not text.startswith("arn:"):
        raise BadValue(f"{str(text)!r} is no resource", 'write an ARN, or "*"')
    return text


Actions = Annotated[
    tuple[Annotated[Text, AfterValidator(check_action)], ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    Schema(_one_or_many({"type": "string"})),
]
Resources = Annotated[
    tuple[Annotated[Text, AfterValidator(check_resource)], ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    Schema(_one_or_many({"type": "string"})),
]

Condition = Annotated[Mapping[Text, Annotated[Mapping[Text, Texts], Field(min_length=1)]], Field(min_length=1)]
"""IAM's conditions. An empty one would hold everywhere, and is an error."""

Selectors = Annotated[
    tuple[_SelectorText, ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    Schema(_one_or_many(_SELECTOR_SCHEMA)),
]
"""A selector, or a list of them."""


def _plain(parse: Callable[[str], object]) -> PlainValidator:
    """Parse text by a function that raises BadValue."""

    def check(value: object) -> object:
        if not isinstance(value, str):
            raise BadValue(not_text(value))
        return parse(value)

    return PlainValidator(check)


def _parse_flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise BadValue(f"{text!r} is neither true nor false", "write true or false")
    return text == "true"


def parse_duration(text: str) -> str:
    """8h, 90m, 1h 30m or PT1H30M, one to twelve hours, as AWS writes it: PT1H30M. Raises BadValue."""
    found = ISO_DURATION.fullmatch(text) or _SHORT_DURATION.fullmatch(text)
    if not text or not found or found.groups() == (None, None):
        raise BadValue(f"session duration {text!r} is not understood", "write 8h, 90m or PT8H")
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0)
    if not 60 <= minutes <= 12 * 60:
        raise BadValue(f"session duration {text!r} is out of range", "from 1h to 12h")
    hours, rest = divmod(minutes, 60)
    return f"PT{hours}H{f'{rest}M' if rest else ''}"


def minutes_of(duration: str) -> int:
    """The minutes of a duration as parse_duration returns it: PT1H30M is 90."""
    found = ISO_DURATION.fullmatch(duration)
    return int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0


Flag = Annotated[bool, _plain(_parse_flag), Schema({"type": "boolean"})]
Expires = Annotated[
    Expiry,
    _plain(parse_expiry),
    Schema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$"}),
]
SessionDuration = Annotated[
    str,
    _plain(parse_duration),
    Schema({"type": "string", "pattern": r"^(PT(\d+H)?(\d+M)?|(\d+h)? ?(\d+m)?)$"}),
]
