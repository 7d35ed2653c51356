"""A permission set that was changed by hand → its entry: field by field, lists item by item."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from remit.catalog.models import CustomerManagedPolicy, PermissionSet
from remit.documents import VERSION, Document
from remit.drift.live import Live
from remit.drift.values import Finding
from remit.editing import EditableFile
from remit.editing.document import Address
from remit.expiry import expired
from remit.importing.edits import Edits
from remit.importing.entries import AWS_POLICY, written_boundary, written_duration, written_reference
from remit.importing.statements import as_entry, changed_keys, changes_between, rewrite
from remit.importing.taking_away import forget_sets
from remit.permission_set import LivePermissionSet
from remit.planning.values import PlannedPermissionSet
from remit.syncing.refusal import CannotAdoptError


def edit_permission_set(edits: Edits, finding: Finding, live: Live, at: datetime) -> None:
    """The entry says what is live. Raises CannotAdoptError."""
    entry = next(each for each in edits.catalog.permission_sets if str(each.name) == finding.name)
    if finding.change == "missing":
        for rule in edits.catalog.access:
            forget_sets(edits, rule, {finding.name})
        edits.leave(entry.source)
        return
    planned = next(each for each in edits.plan.permission_sets if each.name == finding.name)
    _Following(edits, entry, planned, live.permission_sets[finding.name], at).edit()


@dataclass(slots=True)
class _Following:
    """One entry on its way to what is live."""

    edits: Edits
    entry: PermissionSet
    planned: PlannedPermissionSet
    live: LivePermissionSet
    at: datetime

    def edit(self) -> None:
        planned, live = self.planned, self.live
        self._text("description", planned.description, live.description)
        self._text(
            "session_duration", written_duration(planned.session_duration), written_duration(live.session_duration)
        )
        self._text("relay_state", planned.relay_state, live.relay_state)
        self._aws_managed()
        self._customer_managed()
        self._boundary()
        self._tags()
        self._inline_policy()

    def _place(self) -> tuple[EditableFile, Address]:
        return self.edits.entry(self.entry.source)

    def _text(self, key: str, before: str, after: str) -> None:
        if before != after:
            self._set(key, plain(after, key))

    def _set(self, key: str, value: object) -> None:
        file, address = self._place()
        if value:
            file.set(address, key, value)
        elif key in file.keys(address):
            file.drop(address, key)

    def _aws_managed(self) -> None:
        key, entry = "aws_managed_policies", self.entry
        gone = {*self.planned.aws_managed_policies} - {*self.live.aws_managed_policies}
        self._remove(key, [each.full_arn in gone for each in entry.aws_managed_policies])
        for arn in sorted({*self.live.aws_managed_policies} - {*self.planned.aws_managed_policies}):
            self._append(key, arn.removeprefix(AWS_POLICY))

    def _customer_managed(self) -> None:
        key, entry = "customer_managed_policies", self.entry
        planned, live = {*self.planned.customer_managed_policies}, {*self.live.customer_managed_policies}
        paths = {str(each.name): str(each.path) for each in self.edits.catalog.managed_policies}

        def reference(each: CustomerManagedPolicy) -> tuple[str, str]:
            return str(each.name), str(each.path or "/") if each.external else paths[str(each.name)]

        self._remove(key, [reference(each) in planned - live for each in entry.customer_managed_policies])
        ours = list(paths.items())
        ends = {str(each.name): str(each.expires) for each in entry.customer_managed_policies if each.expires}
        for name, path in sorted(live - planned):
            written = written_reference(name, path, ours)
            if name in ends:
                written = {**({"name": written} if isinstance(written, str) else written), "expires": ends[name]}
            self._append(key, written)

    def _remove(self, key: str, needless: Sequence[bool]) -> None:
        file, address = self._place()
        for place in reversed([place for place, goes in enumerate(needless) if goes]):
            file.remove((*address, key, place))

    def _append(self, key: str, value: object) -> None:
        file, address = self._place()
        file.append(address, key, value)

    def _boundary(self) -> None:
        planned, live = self.planned.permissions_boundary, self.live.permissions_boundary
        if (planned and dict(planned)) != (live and dict(live)):
            ours = [(str(each.name), str(each.path)) for each in self.edits.catalog.managed_policies]
            self._set("permissions_boundary", written_boundary(self.live, ours))

    def _tags(self) -> None:
        planned, live = self.planned.tags, self.live.tags
        file, address = self._place()
        for key in sorted(live.keys() - planned.keys() | {key for key in live if planned.get(key) != live[key]}):
            value = plain(live[key], f"tag {key}")
            if "tags" in file.keys(address):
                file.set((*address, "tags"), key, value)
            else:
                file.set(address, "tags", {key: value})
        for key in sorted(planned.keys() - live.keys()):
            file.drop((*address, "tags"), key)

    def _inline_policy(self) -> None:
        file, address = self._place()
        live = sayable(self.live.inline_policy)
        changes = changes_between(self.planned.inline_policy, live)
        listed = self.entry.inline_policy.statements if self.entry.inline_policy else ()
        alive = [place for place, each in enumerate(listed) if not expired(each.expires, self.at)]
        for _, _, there in (each for each in changes if each[0] is None):
            if "inline_policy" in file.keys(address):
                file.append((*address, "inline_policy"), "statements", as_entry(there or {}))
            else:
                file.set(address, "inline_policy", {"statements": [as_entry(there or {})]})
        known = sorted(((place, was, there) for place, was, there in changes if place is not None), reverse=True)
        for place, was, there in known:
            statement = (*address, "inline_policy", "statements", alive[place])
            if there is None:
                file.remove(statement)
            else:
                rewrite(file, statement, was or {}, changed_keys(was or {}, there))


def plain(text: str, what: str) -> str:
    """The text, if it means the same in the catalog. Raises CannotAdoptError."""
    if "{{" in text:
        raise CannotAdoptError(f"{what} holds {{{{, which is a variable in the catalog")
    return text


def sayable(document: Document | None) -> Document | None:
    """The document, if the catalog has words for all of it. Raises CannotAdoptError."""
    if document is None:
        return None
    if (version := document.get("Version", "left out")) != VERSION:
        raise CannotAdoptError(f"its policy's Version is {version!r}, and Remit writes {VERSION}")
    if strange := sorted(document.keys() - {"Version", "Statement"}):
        raise CannotAdoptError(f"its policy has {', '.join(strange)}, for which the catalog has no word")
    plain(json.dumps(document), "its policy")
    return document
