"""Where the state is kept, and how what is secret in it is encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Backend, Encryption

_BACKEND, _ENCRYPTION = Says("backend"), Says("encryption")
_NO_PROJECT = "no Pulumi.yaml project file"  # so both engines say
_KMS = "pulumi stack change-secrets-provider awskms://…"
_PASSPHRASE = "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or " + _KMS


def check_backend(backend: Backend) -> Iterator[Finding]:
    url = _without_password(backend.url)
    if backend.trouble:
        where = f"{url}: " if url else ""
        login = "pulumi login, or set PULUMI_BACKEND_URL (s3://BUCKET?region=REGION&awssdk=v2)"
        remedy = "go to the project's folder" if _NO_PROJECT in backend.trouble else login
        yield _BACKEND.error(f"{where}{_without_password(backend.trouble)}", remedy)
    elif url.startswith("file://") and backend.in_ci:
        message = f"the state is in {url}, and this job's files are gone when it ends"
        yield _BACKEND.warning(message, "set PULUMI_BACKEND_URL to a bucket, or to Pulumi Cloud")
    else:
        yield _BACKEND.ok(f"{url or 'the engine'} answers")


def _without_password(text: str) -> str:
    """The address of a database (postgres://USER:PASSWORD@HOST/NAME) has one, and findings are shown around."""
    return re.sub(r"(\w+://[^/\s:@]*):[^/\s@]*@", r"\1:…@", text)


def check_encryption(stacks: Sequence[Encryption], backend: Backend | None) -> Iterator[Finding]:
    if not stacks:
        yield _ENCRYPTION.note("no stack has a file yet", "copy Pulumi.prod.yaml, then pulumi stack init NAME")
    for stack in stacks:
        yield _encryption(stack, backend)


def _encryption(stack: Encryption, backend: Backend | None) -> Finding:
    cloud = backend is not None and backend.url.startswith("https://")
    if not stack.provider and cloud:
        return _ENCRYPTION.ok("by Pulumi Cloud", stack.file)
    if stack.provider not in {"", "passphrase"}:
        return _ENCRYPTION.ok(f"by {stack.provider}", stack.file)
    if stack.passphrase == "set":  # noqa: S105  a word about it
        return _ENCRYPTION.ok("by the passphrase in the environment", stack.file)
    if stack.passphrase == "empty":  # noqa: S105
        message = (
            "PULUMI_CONFIG_PASSPHRASE is empty: what is secret in the state can be read by whoever reads the state"
        )
        return _ENCRYPTION.note(f"{message} (Remit itself keeps no secret there)", _KMS, stack.file)
    if stack.provider == "passphrase":
        return _ENCRYPTION.error("encrypted by a passphrase, and none is in the environment", _PASSPHRASE, stack.file)
    return _ENCRYPTION.note(
        "its file does not say how it is encrypted: with a bucket, by a passphrase", _PASSPHRASE, stack.file
    )
