"""How a service of AWS's JSON protocol is written here: a class whose public methods are its operations.

`list_accounts(call)` answers ListAccounts: it returns the response as a mapping, or raises AwsError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from botocore import xform_name

from sandbox import validation
from sandbox.errors import AwsError
from sandbox.wire import Call, JsonObject

Operation = Callable[[Call], JsonObject]


class JsonApi:
    """One service. `service` is its name in boto3."""

    service: ClassVar[str]

    def answer(self, call: Call) -> JsonObject:
        """Validates the request against the service's model, then carries it out."""
        validation.check(self.service, call.operation, call.params)
        operation: Operation | None = getattr(self, xform_name(call.operation), None)
        if operation is None:
            raise AwsError(
                "UnknownOperationException", f"The sandbox does not simulate {self.service} {call.operation}"
            )
        return operation(call)
