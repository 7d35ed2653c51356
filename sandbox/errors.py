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


def denied(caller: str, service: str, operation: str) -> AwsError:
    """What somebody is told who may not do it."""
    codes = {"iam": "AccessDenied", "sts": "AccessDenied"}
    return AwsError(
        codes.get(service, "AccessDeniedException"),
        f"User: {caller} is not authorized to perform: {service}:{operation} because no identity-based policy allows "
        f"the {service}:{operation} action",
        status=403 if service in codes else 400,
    )


def expired(service: str) -> AwsError:
    """The session of the caller is over."""
    code = "ExpiredToken" if service in {"iam", "sts"} else "ExpiredTokenException"
    return AwsError(
        code, "The security token included in the request is expired", status=403 if service in {"iam", "sts"} else 400
    )


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
