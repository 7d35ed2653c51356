"""STS over moto: roles that cannot be assumed, and who a static key is.

A role can be assumed in an active account where it exists: it was made there, or is one that every account has
(`Options.roles`). Whom it trusts is not looked at. Sessions end when the sandbox is told so, not by the clock.
"""

from __future__ import annotations

import re
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
        """Raises AccessDenied, as AWS does, for an account that is closed, unknown or without its role."""
        if not call.operation.startswith("AssumeRole"):
            return
        arn = str(call.params.get("RoleArn", ""))
        role = _ROLE.fullmatch(arn)
        if role is None:
            raise AwsError("ValidationError", f"{arn} is invalid")
        if not self._world.tree.is_active(role["account"]) or not self._exists(role["account"], role["name"]):
            raise AwsError(
                "AccessDenied",
                f"User: {self.caller(call)} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                status=403,
            )

    def _exists(self, account: str, path_and_name: str) -> bool:
        everywhere = self._world.options.roles
        if account not in self._world.missing_roles and everywhere & {path_and_name, "*"}:
            return True
        made = (f"{role.path}{role.name}".lstrip("/") for role in holders.everyone(account, "role"))
        return path_and_name in made

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
