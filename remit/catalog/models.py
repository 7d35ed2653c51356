"""The catalog language as models: the schema for editors and the reference in docs/ are generated from them.

Statements use IAM's own keys, so that one from the AWS documentation can be pasted; Remit's own are lower case.
Every entry has `.source`, the place in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from remit.catalog.fields import (
    Actions,
    AwsPolicyArn,
    AwsPolicyName,
    Condition,
    Expires,
    ExternalId,
    Flag,
    PermissionSetName,
    PolicyName,
    PolicyPath,
    Region,
    Resources,
    RoleName,
    Selectors,
    SessionDuration,
    Sid,
    Texts,
)
from remit.errors import BadValue, Source
from remit.spoke_role import SpokeRole
from remit.yaml_places import NOWHERE, Block, Text, source_of

BY_ID = "id:"
"""What a principal that is named by its id begins with, such as one that is gone from the identity store."""
DriftMode = Literal["enforce", "report", "adopt"]
"""What becomes of a change by hand: a scheduled run reverts it, a person decides, or the catalog follows it."""
_ROOT = Text("/")
_NO_TEXT = Text("")
_DRIFT = (
    "What becomes of changes by hand: enforce (`remit repair` reverts them), report, adopt "
    "(`remit sync` writes them into the files); default: the stack's remit:drift"
)


class Entry(BaseModel):
    """A mapping in a catalog file, and where it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    refused: ClassVar[Mapping[str, str]] = {}
    """Keys that people try, and what to do instead."""
    _source: Source = PrivateAttr(default=NOWHERE)
    _places: Mapping[str, Source] | None = PrivateAttr(default=None)

    @property
    def source(self) -> Source:
        return self._source

    def place(self, key: str) -> Source:
        """Where a key stands, as it is written in the file; where the entry begins if the file does not have it."""
        return (self._places or {}).get(key, self._source)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_source(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        entry = handler(cls.long_form(data))
        entry._source = source_of(data) or NOWHERE
        if isinstance(data, Block):
            entry._places = data.places
        return entry

    @field_validator("*", mode="before")
    @classmethod
    def _has_a_value(cls, value: object) -> object:
        """A key without a value is a slip: taken for absent, an empty `expires` or `except` would widen access."""
        if value is None:
            raise BadValue("has no value", "give it one, or leave the key out")
        return value

    @classmethod
    def long_form(cls, data: object) -> object:
        """The mapping that stands behind a shorter way to write this entry."""
        return data


class NamedEntry(Entry):
    """An entry that may be written as a mere name."""

    @classmethod
    def long_form(cls, data: object) -> object:
        return {"name": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        mapping = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "string"}, {**mapping}]}


class _Statement(Entry):
    sid: Sid | None = Field(default=None, alias="Sid", description="A label, unique in the policy")
    effect: Literal["Allow", "Deny"] = Field(alias="Effect", description="Allow or Deny")
    action: Actions | None = Field(default=None, alias="Action", description="Actions, such as s3:Get*; or NotAction")
    not_action: Actions | None = Field(default=None, alias="NotAction", description="Every action but these")
    resource: Resources | None = Field(default=None, alias="Resource", description="ARNs or *; or NotResource")
    not_resource: Resources | None = Field(default=None, alias="NotResource", description="Every resource but these")
    condition: Condition | None = Field(
        default=None, alias="Condition", description="IAM's conditions: operator, key, values"
    )
    expires: Expires | None = Field(default=None, description="When the statement ends")

    refused: ClassVar[Mapping[str, str]] = {
        "Principal": "a policy of an identity has no principal: access rules say who gets it",
        "NotPrincipal": "a policy of an identity has no principal: access rules say who gets it",
    }

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        _exactly_one(("Action", self.action), ("NotAction", self.not_action))
        _exactly_one(("Resource", self.resource), ("NotResource", self.not_resource))
        return self


def _exactly_one(*fields: tuple[str, object]) -> None:
    names = [name for name, _ in fields]
    given = [name for name, value in fields if value is not None]
    if len(given) > 1:
        raise BadValue(f"{' and '.join(given)} cannot stand together", "keep one of them")
    if not given:
        raise BadValue(f"neither {' nor '.join(names)} is given", f"add {names[0]}")


class PolicyStatement(_Statement):
    """A statement of a managed policy: IAM's keys, and where it applies."""

    targets: Selectors | None = Field(
        default=None, description="Accounts, among those of the policy; if left out, all of those"
    )
    except_: Selectors | None = Field(default=None, alias="except", description="Accounts left out; always wins")


class InlineStatement(_Statement):
    """A statement of a permission set's inline policy: the same in every account."""

    refused: ClassVar[Mapping[str, str]] = {
        **_Statement.refused,
        "targets": "a permission set is the same in every account: use a managed policy for what differs",
        "except": "a permission set is the same in every account: use a managed policy for what differs",
    }


class ManagedPolicy(Entry):
    """A customer managed policy, made in every account that its targets select."""

    name: PolicyName = Field(description="Unique in the catalog, whatever the case")
    path: PolicyPath = Field(default=_ROOT, description="IAM path, such as /remit/")
    description: Text = Field(default=_NO_TEXT, description="What it is for; variables allowed; AWS fixes it at birth")
    targets: Selectors = Field(description="Accounts that get it")
    except_: Selectors | None = Field(default=None, alias="except", description="Accounts left out; always wins")
    expires: Expires | None = Field(default=None, description="When it ends")
    detach_on_delete: Flag = Field(
        default=False,
        description="true: when it goes, it is first taken from the roles, users and groups that have it; with "
        "remit:fanOut: pooled also when it is made anew, which they get then",
    )
    drift: DriftMode | None = Field(default=None, description=_DRIFT)
    statements: tuple[PolicyStatement, ...] = Field(description="The statements, in the order of the document")

    refused: ClassVar[Mapping[str, str]] = {
        "document": "write its statements under `statements`",
        "Statement": "write `statements`",
        "Version": "leave it out: Remit writes 2012-10-17",
    }

    @model_validator(mode="after")
    def _has_statements(self) -> Self:
        if not self.statements:
            raise BadValue("a policy needs at least one statement", "add one under `statements`, or remove the policy")
        return self


class AwsPolicy(NamedEntry):
    """A policy that AWS keeps, by name or ARN."""

    name: AwsPolicyName | None = Field(default=None, description="ReadOnlyAccess, job-function/SupportUser")
    arn: AwsPolicyArn | None = Field(default=None, description="arn:aws:iam::aws:policy/ReadOnlyAccess")

    @classmethod
    def long_form(cls, data: object) -> object:
        if isinstance(data, str):
            return {"arn" if data.startswith("arn:") else "name": data}
        return data

    @model_validator(mode="after")
    def _name_or_arn(self) -> Self:
        _exactly_one(("name", self.name), ("arn", self.arn))
        return self

    @property
    def full_arn(self) -> str:
        return str(self.arn or f"arn:aws:iam::aws:policy/{self.name}")


class AwsManagedPolicy(AwsPolicy):
    """A policy of AWS, attached to a permission set."""

    expires: Expires | None = Field(default=None, description="When it is detached")


class CustomerPolicy(NamedEntry):
    """A policy of the accounts themselves: one of the catalog, or one that others make."""

    name: PolicyName = Field(description="Name of a managed policy")
    path: PolicyPath | None = Field(default=None, description="Its path, if external; the catalog knows its own")
    external: Flag = Field(default=False, description="true: not of this catalog, and not checked to be there")


class CustomerManagedPolicy(CustomerPolicy):
    """A policy of the accounts, attached to a permission set."""

    expires: Expires | None = Field(default=None, description="When it is detached")


class Boundary(Entry):
    """The most that a permission set can ever give: one policy, of the catalog or of AWS."""

    customer_managed: CustomerPolicy | None = Field(default=None, description="A managed policy, by name or in full")
    aws_managed: AwsPolicy | None = Field(default=None, description="A policy of AWS, by name or ARN")

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(("customer_managed", self.customer_managed), ("aws_managed", self.aws_managed))
        return self


class InlinePolicy(Entry):
    """A policy that lives in the permission set itself."""

    statements: tuple[InlineStatement, ...] = Field(description="The statements, in the order of the document")

    @model_validator(mode="after")
    def _has_statements(self) -> Self:
        if not self.statements:
            raise BadValue("a policy needs at least one statement", "add one under `statements`, or remove the policy")
        return self


class PermissionSet(Entry):
    """What somebody may do once they are in an account. It belongs to the whole Identity Center instance."""

    name: PermissionSetName = Field(description="Unique in the catalog; at most 32 characters")
    description: Text = Field(default=_NO_TEXT, description="Shown to the people who choose it; at most 700 characters")
    session_duration: SessionDuration = Field(default="PT1H", description="8h, 90m or PT8H; 1 to 12 hours")
    relay_state: Text = Field(default=_NO_TEXT, description="Where the console opens; at most 240 characters")
    aws_managed_policies: tuple[AwsManagedPolicy, ...] = Field(default=(), description="Policies of AWS")
    customer_managed_policies: tuple[CustomerManagedPolicy, ...] = Field(
        default=(), description="Policies of the catalog, or external ones"
    )
    inline_policy: InlinePolicy | None = Field(default=None, description="Statements of its own")
    permissions_boundary: Boundary | None = Field(default=None, description="The most that it can ever give")
    tags: Mapping[Text, Text] = Field(default_factory=dict, description="AWS tags")
    expires: Expires | None = Field(default=None, description="When it ends, and every assignment with it")
    drift: DriftMode | None = Field(default=None, description=f"{_DRIFT}; for assignments made by hand too")


class AccessRule(Entry):
    """Who gets which permission sets, in which accounts."""

    groups: Texts | None = Field(default=None, description="Groups of the identity store, by display name")
    users: Texts | None = Field(default=None, description="Users, by user name; better: groups")
    permission_sets: Texts = Field(description="Permission sets of the catalog, by name")
    targets: Selectors = Field(description="Accounts in which they get it")
    except_: Selectors | None = Field(default=None, alias="except", description="Accounts left out; always wins")
    expires: Expires | None = Field(default=None, description="When the access ends")
    drift: DriftMode | None = Field(default=None, description=_DRIFT)
    reason: Text = Field(default=_NO_TEXT, description="Why: a ticket, a name")

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.groups is None and self.users is None:
            raise BadValue("neither groups nor users is given", "add groups")
        return self


class CatalogFile(Entry):
    """A file of the catalog: any of the three kinds."""

    managed_policies: tuple[ManagedPolicy, ...] = Field(default=(), description="Policies, account by account")
    permission_sets: tuple[PermissionSet, ...] = Field(default=(), description="Permission sets of the instance")
    access: tuple[AccessRule, ...] = Field(default=(), description="Who gets what, where")


class IdentityCenter(Entry):
    """The Identity Center instance."""

    region: Region = Field(default=Text("us-east-1"), description="The region that it lives in")
    instance_arn: Text = Field(default=Text("auto"), description="auto: the only one that the caller sees; or its ARN")
    identity_store_id: Text = Field(default=Text("auto"), description="auto: that of the instance; or d-…")


class LintSettings(Entry):
    """What `remit lint` holds against this organization."""

    administrator_groups: Texts | None = Field(
        default=None,
        description="The only groups that may be given administrator access; if left out, that is not checked",
    )
    rules: Mapping[Text, Literal["off", "info", "warning", "error"]] = Field(
        default_factory=dict,
        description="By rule, see docs/rules.md: another severity, or off",
    )


class Settings(Entry):
    """organization.yaml: the layout of the organization. Every key has a default, the file may be missing."""

    refused: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("managed_policies", "permission_sets", "access"), "entries stand in the other files of the catalog"
    )

    spoke_role: RoleName = Field(default=Text("RemitSpoke"), description="The role that Remit assumes in each account")
    external_id: ExternalId | None = Field(
        default=None, description="What the trust policy of that role wants to hear, where it asks for an external id"
    )
    identity_center: IdentityCenter = Field(
        default_factory=lambda: IdentityCenter.model_validate({}), description="The instance"
    )
    group_suffix: Text = Field(default=_NO_TEXT, description="Added to every group name of the catalog that has no @")
    account_vars: Mapping[Text, Mapping[Text, Text]] = Field(
        default_factory=dict, description="By account name or id: values for {{account.vars.KEY}}"
    )
    lint: LintSettings = Field(
        default_factory=lambda: LintSettings.model_validate({}),
        description="What `remit lint` holds against this organization",
    )
    promotion: Texts = Field(
        default=(),
        description="Stacks in the order in which a catalog reaches them: names, or globs for several at once",
    )
    ignore_permission_sets: Texts = Field(
        default=(
            Text("AWSReservedSSO*"),
            Text("AWSControlTower*"),
            Text("AWSServiceCatalog*"),
            Text("AWSOrganizations*"),
        ),
        description="Globs of permission sets that Remit never touches",
    )

    @property
    def spoke(self) -> SpokeRole:
        """The spoke role with all that is needed to assume it."""
        return SpokeRole(str(self.spoke_role), str(self.external_id or ""))

    def full_group_name(self, name: str) -> str:
        """The name in the identity store: one without @ gets the suffix. `id:…` stands for itself."""
        return name if "@" in name or name.startswith(BY_ID) else f"{name}{self.group_suffix}"
