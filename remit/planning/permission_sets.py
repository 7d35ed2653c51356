"""Permission sets → what Identity Center is told. They are the same in every account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from remit.catalog.models import Boundary, CustomerManagedPolicy, CustomerPolicy, PermissionSet
from remit.documents import document, repeated_sids, size
from remit.expiry import expired
from remit.planning.rendering import Rendering
from remit.planning.values import PlannedPermissionSet
from remit.planning.world import World

MOST_POLICIES = 25
LONGEST_INLINE = 10_240
MOST_INLINE_BYTES = 32_768
LONGEST_DESCRIPTION = 700
LONGEST_RELAY_STATE = 240
MOST_TAGS = 50
_DESCRIPTION = re.compile(r"[\t\n\r -~\u00a1-\u00ff]*")
_RELAY_STATE = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]*""")
_TAG = re.compile(r"[\w\s.:/=+@-]*")


def plan_permission_sets(world: World) -> list[PlannedPermissionSet]:
    """Every permission set that has not ended, by name."""
    alive = (entry for entry in world.catalog.permission_sets if not expired(entry.expires, world.at))
    return sorted((_Planning(entry, world).planned() for entry in alive), key=lambda entry: entry.name)


def living_references(permission_set: PermissionSet, world: World) -> Iterator[CustomerManagedPolicy]:
    """The customer managed policies that it refers to now. A reference ends with its policy."""
    for reference in permission_set.customer_managed_policies:
        policy = None if reference.external else world.policies.get(reference.name)
        if not expired(reference.expires, world.at) and not (policy and expired(policy.expires, world.at)):
            yield reference


class _Planning:
    """One permission set on its way."""

    def __init__(self, entry: PermissionSet, world: World) -> None:
        self.entry = entry
        self.world = world
        self.what = f"permission set {str(entry.name)!r}"
        self.render = Rendering(world.findings, world.instance_variables)

    def planned(self) -> PlannedPermissionSet:
        entry, world = self.entry, self.world
        attached = [policy for policy in entry.aws_managed_policies if not expired(policy.expires, world.at)]
        customer = list(living_references(entry, world))
        if len(attached) + len(customer) > MOST_POLICIES:
            message = f"{self.what} has {len(attached) + len(customer)} policies"
            world.findings.wrong(message, f"AWS allows {MOST_POLICIES}", entry.source)
        return PlannedPermissionSet(
            name=str(entry.name),
            description=self._description(),
            session_duration=entry.session_duration,
            relay_state=self._relay_state(),
            aws_managed_policies=tuple(sorted(policy.full_arn for policy in attached)),
            customer_managed_policies=tuple(sorted(self._name_and_path(reference) for reference in customer)),
            inline_policy=self._inline_policy(),
            permissions_boundary=self._boundary(entry.permissions_boundary),
            tags=self._tags(),
            source=entry.source,
        )

    def _description(self) -> str:
        rendered = self.render(self.entry.description)
        source = self.entry.description.source
        self.render.check_length(f"the description of {self.what}", rendered, LONGEST_DESCRIPTION, source)
        if not _DESCRIPTION.fullmatch(rendered):
            message = f"the description of {self.what} has characters that AWS does not take"
            self.render.wrong(message, "write Latin letters, digits and punctuation", source)
        return rendered

    def _relay_state(self) -> str:
        rendered = self.render(self.entry.relay_state)
        source = self.entry.relay_state.source
        self.render.check_length(f"the relay state of {self.what}", rendered, LONGEST_RELAY_STATE, source)
        if not _RELAY_STATE.fullmatch(rendered):
            message = f"the relay state of {self.what} has characters that AWS does not take"
            self.render.wrong(message, "write a URL, its odd characters encoded", source)
        return rendered

    def _inline_policy(self) -> Mapping[str, Any] | None:
        inline = self.entry.inline_policy
        statements = [s for s in inline.statements if not expired(s.expires, self.world.at)] if inline else []
        if not inline or not statements:
            return None
        content = document([self.render.statement(statement) for statement in statements])
        what = f"the inline policy of {self.what}"
        if (characters := size(content)) > LONGEST_INLINE:
            message = f"{what} has {characters:,} characters without white space"
            self.render.wrong(message, f"AWS allows {LONGEST_INLINE:,}: use a managed policy", inline.source)
        if (length := len(json.dumps(content, ensure_ascii=False).encode())) > MOST_INLINE_BYTES:
            message = f"{what} has {length:,} bytes"
            self.render.wrong(message, f"AWS allows {MOST_INLINE_BYTES:,}: use a managed policy", inline.source)
        for sid in repeated_sids(content):
            self.render.wrong(f"{what} has two statements with the Sid {sid!r}", "rename one", inline.source)
        self.render.check_characters(what, content, inline.source)
        return content

    def _name_and_path(self, reference: CustomerPolicy) -> tuple[str, str]:
        policy = None if reference.external else self.world.policies.get(reference.name)
        return str(reference.name), str(policy.path if policy else reference.path or "/")

    def _boundary(self, boundary: Boundary | None) -> Mapping[str, str] | None:
        if boundary is None:
            return None
        if boundary.customer_managed is not None:
            name, path = self._name_and_path(boundary.customer_managed)
            return {"name": name, "path": path}
        return {"aws_managed": boundary.aws_managed.full_arn} if boundary.aws_managed else None

    def _tags(self) -> Mapping[str, str]:
        tags = {str(key): self.render(value) for key, value in sorted(self.entry.tags.items())}
        if len(tags) > MOST_TAGS:
            self.render.wrong(f"{self.what} has {len(tags)} tags", f"AWS allows {MOST_TAGS}", self.entry.source)
        for key in self.entry.tags:
            if key.lower().startswith("aws:"):
                message = f"tag {str(key)!r} of {self.what} is not allowed"
                self.render.wrong(message, "keys that begin with aws: are AWS's own", key.source)
            self.render.check_length(f"the key of tag {str(key)!r} of {self.what}", key, 128, key.source)
            self.render.check_length(f"tag {str(key)!r} of {self.what}", tags[key], 256, key.source)
            if not _TAG.fullmatch(key) or not _TAG.fullmatch(tags[key]):
                message = f"tag {str(key)!r} of {self.what} has characters that AWS does not take"
                self.render.wrong(message, "write letters, digits, spaces and _.:/=+-@", key.source)
        return tags
