"""What the principals of assignments are called, for those that no catalog names: looked up one by one, by id."""

from __future__ import annotations

import threading

from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.delta import split_key
from remit.errors import AwsError


class PrincipalNames:
    """Names of groups and users by id, each asked for once. Thread-safe.

    A name is a courtesy: whatever keeps AWS from telling it, the assignment is shown all the same.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._stores: dict[str, str] | None = None
        self._names: dict[str, str] = {}

    def name(self, instance: str, key: str) -> str:
        """The name of an assignment's principal; "deleted group" (or user) when it is gone, "" when unknown."""
        _, kind, principal = split_key(key)
        with self._lock:
            if principal not in self._names:
                self._names[principal] = self._look_up(instance, kind.title(), principal)
            return self._names[principal]

    def _look_up(self, instance: str, kind: str, principal: str) -> str:
        try:
            store = self._store(instance)
            found = self._aws.call(
                "identitystore", f"Describe{kind}", IdentityStoreId=store, **{f"{kind}Id": principal}
            )
        except NotFoundError:
            return f"deleted {kind.lower()}"
        except AwsError:
            return ""
        return str(found.get("DisplayName") if kind == "Group" else found.get("UserName"))

    def _store(self, instance: str) -> str:
        if self._stores is None:
            found = self._aws.items("sso-admin", "ListInstances", "Instances")
            self._stores = {each["InstanceArn"]: each["IdentityStoreId"] for each in found}
        return self._stores.get(instance, "")
