"""STS over moto: roles that cannot be assumed, and who a static key is.

A role can be assumed in an active account where it exists: it was made there, or is one that every account has
(`Options.roles`). Of its trust policy the external id is looked at, and not whom it
trusts. Sessions end when the sandbox is told so, not by the clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from werkzeug.wrappers import Response

from sandbox import moto_bridge
from sandbox.errors import AwsError
from sandbox.iam import holders
from sandbox.wire import Call
from sandbox.world import World

_ROLE = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?P<name>.+)")


class Sts:
    """AssumeRole is checked here and answered by moto; GetCallerIdentity of a static key is answered here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, call: Call) -> None:
        """Raises AccessDenied, as AWS does: the account is closed, unknown or without its role, or the id is wrong."""
        if not call.operation.startswith("AssumeRole"):
            return
        arn = str(call.params.get("RoleArn", ""))
        role = _ROLE.fullmatch(arn)
        if role is None:
            raise AwsError("ValidationError", f"{arn} is invalid")
        there = self._world.tree.is_active(role["account"]) and self._exists(role["account"], role["name"])
        if not there or not _hears(role["account"], role["name"], call.params.get("ExternalId")):
            raise AwsError(
                "AccessDenied",
                f"User: {self.caller(call)} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                status=403,
            )

    def _exists(self, account: str, path_and_name: str) -> bool:
        everywhere = self._world.options.roles
        if account not in self._world.missing_roles and everywhere & {path_and_name, "*"}:
            return True
        return _made(account, path_and_name) is not None

    def identity(self, call: Call) -> Response | None:
        """GetCallerIdentity for a static key; None when moto knows better."""
        if call.operation != "GetCallerIdentity" or moto_bridge.account_of_key(call.access_key):
            return None
        body = (
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
            f"<Arn>{self.caller(call)}</Arn><UserId>AIDASANDBOXADMINISTRATOR</UserId><Account>{call.account}</Account>"
            f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
            "</GetCallerIdentityResponse>"
        )
        return Response(body, content_type="text/xml")

    @staticmethod
    def target(call: Call) -> str:
        """The account in which a call takes effect: that of the role, for AssumeRole."""
        role = _ROLE.fullmatch(str(call.params.get("RoleArn", "")))
        return role["account"] if role and call.operation.startswith("AssumeRole") else call.account

    @staticmethod
    def caller(call: Call) -> str:
        """The ARN of whoever calls."""
        if moto_bridge.account_of_key(call.access_key):
            return f"arn:aws:sts::{call.account}:assumed-role/session"
        return f"arn:aws:iam::{call.account}:user/administrator"


def _made(account: str, path_and_name: str) -> Any:  # noqa: ANN401  moto has no types
    roles = holders.everyone(account, "role")
    return next((each for each in roles if f"{each.path}{each.name}".lstrip("/") == path_and_name), None)


def _hears(account: str, path_and_name: str, external_id: str | None) -> bool:
    """Whether a statement of the trust policy asks for this external id, or for none."""
    role = _made(account, path_and_name)
    if role is None:
        return True
    statements = json.loads(role.assume_role_policy_document).get("Statement", [])
    asked = [_asked(each) for each in (statements if isinstance(statements, list) else [statements])]
    return not asked or any(not ids or external_id in ids for ids in asked)


def _asked(statement: Mapping[str, Any]) -> Sequence[str]:
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", [])
    return [wanted] if isinstance(wanted, str) else wanted
