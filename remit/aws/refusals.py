"""What an error of boto3 means to the person who reads it: the call, AWS's words, and what to do."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)

from remit.errors import AccessDeniedError, AwsError

_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)
_SIGN_IN = "sign in (`aws sso login`), or set AWS_PROFILE; to try Remit without an account: `make sandbox`"
_STALE = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
_DENIED = {"AccessDenied", "AccessDeniedException"}
_REMEDIES = {
    "AWSOrganizationsNotInUseException": "use credentials of the organization's management account",
    "ThrottlingException": "something else uses this API at the same time: try again later",
    "TooManyRequestsException": "something else uses this API at the same time: try again later",
}
_WHO = {
    "organizations": "allow it to the caller, in the management account or in a delegated administrator's",
    "sso-admin": "allow it to the caller, in the account that administers Identity Center",
    "identitystore": "allow it to the caller, in the account that administers Identity Center",
    "iam": "allow it to the spoke role",
}


class NotFoundError(AwsError):
    """What a call names does not exist."""


class AlreadyThereError(AwsError):
    """There is something of that name."""


class StillAttachedError(AwsError):
    """A policy that roles, users or groups hold cannot be deleted."""


_CODES = {
    "ResourceNotFoundException": NotFoundError,
    "NoSuchEntity": NotFoundError,
    "AccountNotFoundException": NotFoundError,
    "EntityAlreadyExists": AlreadyThereError,
    "DeleteConflict": StillAttachedError,
}
_FAILED = {"EntityAlreadyExists": "was refused", "DeleteConflict": "was refused"}


def refusal(service: str, operation: str, error: BotoCoreError | ClientError, *, account: str = "") -> AwsError:
    """The error to raise for one of boto3's. `operation` is the API's name: ListAccounts; `account`: where, if told."""
    call = f"{service}:{operation}{f' in account {account}' if account else ''}"
    if isinstance(error, ClientError):
        return _answered(service, call, error)
    if isinstance(error, _NO_CREDENTIALS):
        return AwsError(f"no AWS credentials for {call}: {error}", _SIGN_IN)
    if isinstance(error, EndpointConnectionError):
        return AwsError(f"{call}: {error}", "is the network up, and AWS_ENDPOINT_URL right if it is set?")
    return AwsError(f"{call}: {error}")


def _answered(service: str, call: str, error: ClientError) -> AwsError:
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "")
    if code in _DENIED:
        return AccessDeniedError(f"{call} was denied: {message}", _WHO.get(service, "allow it to the caller"))
    if code in _STALE:
        return AwsError(f"{call}: the AWS credentials are not valid any more: {message}", _SIGN_IN)
    if code in _CODES:
        return _CODES[code](f"{call} {_FAILED.get(code, 'found nothing')}: {message}")
    return AwsError(f"{call} failed: {code}: {message}", _REMEDIES.get(code, ""))
