"""The catalog: what people write, as frozen values.

`models` are the language, `fields` its kinds of value, `load` reads a folder and reports every problem at once,
`messages` turns pydantic's errors into words, `schema` and `reference` are generated from the models.
Nothing here knows an organization: whether an account or a group exists is the plan's question.
"""

from remit.catalog.load import Catalog, load_catalog
from remit.catalog.models import (
    AccessRule,
    AwsManagedPolicy,
    Boundary,
    CustomerManagedPolicy,
    IdentityCenter,
    InlinePolicy,
    InlineStatement,
    ManagedPolicy,
    PermissionSet,
    PolicyStatement,
    Settings,
)

__all__ = [
    "AccessRule",
    "AwsManagedPolicy",
    "Boundary",
    "Catalog",
    "CustomerManagedPolicy",
    "IdentityCenter",
    "InlinePolicy",
    "InlineStatement",
    "ManagedPolicy",
    "PermissionSet",
    "PolicyStatement",
    "Settings",
    "load_catalog",
]
