"""An error as AWS answers it: a code, a message, an HTTP status."""

from __future__ import annotations


class AwsError(Exception):
    """What a handler raises; `sandbox.wire` turns it into the answer of the caller's protocol."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(f"{code}: {message}")


def throttled(service: str, message: str = "Rate exceeded") -> AwsError:
    """Too many requests, by the name that `service` has for it."""
    codes = {"organizations": "TooManyRequestsException", "iam": "Throttling", "sts": "Throttling"}
    return AwsError(codes.get(service, "ThrottlingException"), message)


def broken(service: str) -> AwsError:
    """A fault of AWS's own: HTTP 500."""
    codes = {
        "organizations": "ServiceException",
        "iam": "ServiceFailure",
        "sts": "InternalFailure",
        "cloudcontrol": "ServiceInternalErrorException",
    }
    code = codes.get(service, "InternalServerException")
    return AwsError(code, "An unexpected internal service exception was encountered", status=500)
