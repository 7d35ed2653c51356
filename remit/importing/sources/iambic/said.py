"""What files of IAMbic say, as models. A key is `policy_name` or `PolicyName`; unknown ones are kept to be told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    model_validator,
)

from remit.errors import BadValue, Source
from remit.importing.ends import NEVER
from remit.importing.sources.iambic.expiry import parse_expires_at
from remit.yaml_places import NOWHERE, Block, Series, Text, not_text, source_of

Managed = Literal["undefined", "read_and_write", "import_only", "enforced", "disabled"]
_TRUE, _FALSE = ("1", "on", "t", "true", "y", "yes"), ("0", "off", "f", "false", "n", "no")


def _camel(name: str) -> str:
    return name.title().replace("_", "")


class Said(BaseModel):
    """A mapping, and where it stands."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        arbitrary_types_allowed=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: AliasChoices(name, _camel(name))),
    )
    _source: Source = PrivateAttr(default=NOWHERE)
    _lists: frozenset[str] = PrivateAttr(default=frozenset())
    _places: Mapping[str, Source] = PrivateAttr(default_factory=dict)

    @property
    def source(self) -> Source:
        return self._source

    def is_list(self, name: str) -> bool:
        """Whether a field that takes one or many is a list in the file: IAMbic asks only items where they apply."""
        return name in self._lists or _camel(name) in self._lists

    @model_validator(mode="wrap")
    @classmethod
    def _keep_source(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        said = handler(data)
        said._source = source_of(data) or NOWHERE
        if isinstance(data, Block):
            said._lists = frozenset(key for key, value in data.items() if isinstance(value, Series))
            said._places = data.places
        return said

    def unknown(self) -> Iterator[Text]:
        """Keys that IAMbic does not know, nor heeds, here and below."""
        yield from (Text(key, self._places.get(key, self._source)) for key in self.model_extra or ())
        for name in type(self).model_fields:
            value = getattr(self, name)
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, Said):
                    yield from each.unknown()


def _or_default(default: object) -> Callable[[object], object]:
    return lambda value: default if value is None else value


def _series(key: str = "") -> BeforeValidator:
    """One is as good as a list of one. A text stands for a mapping with the key."""

    def many(value: object) -> object:
        if isinstance(value, Text) and key:
            block = Block(value.source)
            block[key], block.places[key] = value, value.source
            value = block
        if not isinstance(value, Text | Block):
            return value
        series = Series(value.source)
        series.append(value)
        series.places.append(value.source)
        return series

    return BeforeValidator(many)


def _parse_flag(value: object) -> bool:
    if value is None:
        return False
    if isinstance(value, str) and value.lower() in (*_TRUE, *_FALSE):
        return value.lower() in _TRUE
    raise BadValue(f"{str(value)!r} is neither true nor false" if isinstance(value, str) else not_text(value))


def _parse_end(value: object) -> str:
    if value is None or value == "":
        return NEVER
    if not isinstance(value, str):
        raise BadValue(not_text(value))
    return parse_expires_at(value)


Flag = Annotated[bool, PlainValidator(_parse_flag)]
End = Annotated[str, PlainValidator(_parse_end)]
Patterns = tuple[Text, ...]
NoneIsEmpty = BeforeValidator(_or_default(()))
_EVERYTHING = (Text("*"),)


class Scoped(Said):
    """Something for some accounts."""

    included_accounts: Patterns = _EVERYTHING
    excluded_accounts: Annotated[Patterns, NoneIsEmpty] = ()
    included_orgs: Patterns = _EVERYTHING
    excluded_orgs: Annotated[Patterns, NoneIsEmpty] = ()

    def is_scoped(self) -> bool:
        return not self.model_fields_set.isdisjoint(Scoped.model_fields)


class Ending(Said):
    """Something that ends, or is to be deleted."""

    expires_at: End = NEVER
    deleted: Flag = False


class Statement(Scoped, Ending):
    """A statement of a policy."""

    sid: Text | None = None
    effect: Text
    principal: Any = None
    not_principal: Any = None
    action: Annotated[Patterns | None, _series()] = None
    not_action: Annotated[Patterns | None, _series()] = None
    resource: Annotated[Patterns | None, _series()] = None
    not_resource: Annotated[Patterns | None, _series()] = None
    condition: Block | None = None


Statements = Annotated[tuple[Statement, ...], NoneIsEmpty, _series()]


class Tag(Scoped, Ending):
    key: Text
    value: Text


class Description(Scoped):
    description: Text = Text("")


class PolicyPath(Scoped):
    path: Text


class Document(Scoped):
    version: Text | None = None
    statement: Statements = ()


class PolicyProperties(Said):
    policy_name: Text
    path: Annotated[tuple[PolicyPath, ...], NoneIsEmpty, _series("path")] = ()
    description: Annotated[tuple[Description, ...], NoneIsEmpty, _series("description")] = ()
    policy_document: Annotated[tuple[Document, ...], _series()]
    tags: Annotated[tuple[Tag, ...], NoneIsEmpty] = ()


class Template(Ending):
    """What all files have."""

    template_type: Text
    template_schema_url: Any = None
    identifier: Any = None
    owner: Any = None
    notes: Any = None
    expires_at_default: Any = None
    iambic_managed: Annotated[Managed, BeforeValidator(_or_default("undefined"))] = "undefined"


class ManagedPolicy(Template, Scoped):
    """NOQ::AWS::IAM::ManagedPolicy."""

    properties: PolicyProperties


class Attached(Ending):
    arn: Text


class CustomerPolicy(Ending):
    name: Text
    path: Annotated[Text, BeforeValidator(_or_default(Text("/")))] = Text("/")


def _one_policy(boundary: Boundary) -> Boundary:
    if (boundary.managed_policy_arn is None) == (boundary.customer_managed_policy_reference is None):
        raise BadValue(
            "a boundary is one policy",
            "write managed_policy_arn or customer_managed_policy_reference",
        )
    return boundary


class Boundary(Ending):
    managed_policy_arn: Text | None = None
    customer_managed_policy_reference: CustomerPolicy | None = None


class InlinePolicy(Ending):
    version: Text | None = None
    statement: Statements = ()


class SessionDuration(Said):
    session_duration: Text


class PermissionSetProperties(Said):
    name: Text
    description: Annotated[tuple[Description, ...], NoneIsEmpty, _series("description")] = ()
    relay_state: Text | None = None
    session_duration: Annotated[tuple[SessionDuration, ...], NoneIsEmpty, _series("session_duration")] = ()
    permissions_boundary: Annotated[Boundary, AfterValidator(_one_policy)] | None = None
    inline_policy: InlinePolicy | None = None
    customer_managed_policy_references: Annotated[tuple[CustomerPolicy, ...], NoneIsEmpty] = ()
    managed_policies: Annotated[tuple[Attached, ...], NoneIsEmpty] = ()
    tags: Annotated[tuple[Tag, ...], NoneIsEmpty] = ()


class AccessRule(Scoped, Ending):
    users: Annotated[Patterns, NoneIsEmpty] = ()
    groups: Annotated[Patterns, NoneIsEmpty] = ()


class PermissionSet(Template):
    """NOQ::AWS::IdentityCenter::PermissionSet."""

    included_orgs: Patterns = _EVERYTHING
    excluded_orgs: Annotated[Patterns, NoneIsEmpty] = ()
    properties: PermissionSetProperties
    access_rules: Annotated[tuple[AccessRule, ...], NoneIsEmpty] = ()


class Variable(Said):
    key: Text
    value: Text


class Account(Said):
    """An account of the configuration. What it has besides says how IAMbic reaches it."""

    account_id: Text
    account_name: Text
    org_id: Text | None = None
    owner: Text | None = None
    iambic_managed: Annotated[Managed, BeforeValidator(_or_default("undefined"))] = "undefined"
    variables: Annotated[tuple[Variable, ...], NoneIsEmpty] = ()


class Organization(Said):
    org_id: Text | None = None
    org_account_id: Text
    identity_center: Any = None


class Aws(Said):
    accounts: Annotated[tuple[Account, ...], NoneIsEmpty] = ()
    organizations: Annotated[tuple[Organization, ...], NoneIsEmpty] = ()


class Config(Said):
    """NOQ::Core::Config."""

    aws: Annotated[Aws, BeforeValidator(_or_default({}))] = Field(default_factory=lambda: Aws.model_validate({}))


def values_of(variables: tuple[Variable, ...]) -> Mapping[str, str]:
    """The last of two with one key counts."""
    return {str(each.key): str(each.value) for each in variables}
