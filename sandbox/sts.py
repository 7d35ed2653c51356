"""STS over moto: roles that cannot be assumed, and who a static key is.

Any role of an active account can be assumed, whether or not it exists, unless the sandbox was told otherwise.
"""

from __future__ import annotations

import re
from uuid import uuid4

from werkzeug.wrappers import Response

from sandbox import moto_bridge
from sandbox.errors import AwsError
from sandbox.wire import Call
from sandbox.world import World

_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/.+")


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
        account = role[1]
        if not self._world.tree.is_active(account) or account in self._world.missing_roles:
            raise AwsError(
                "AccessDenied",
                f"User: {self._caller(call)} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                status=403,
            )

    def identity(self, call: Call) -> Response | None:
        """GetCallerIdentity for a static key; None when moto knows better."""
        if call.operation != "GetCallerIdentity" or moto_bridge.account_of_key(call.access_key):
            return None
        body = (
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
            f"<Arn>{self._caller(call)}</Arn><UserId>AIDASANDBOXADMINISTRATOR</UserId><Account>{call.account}</Account>"
            f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
            "</GetCallerIdentityResponse>"
        )
        return Response(body, content_type="text/xml")

    def _caller(self, call: Call) -> str:
        if moto_bridge.account_of_key(call.access_key):
            return f"arn:aws:sts::{call.account}:assumed-role/session"
        return f"arn:aws:iam::{call.account}:user/administrator"
