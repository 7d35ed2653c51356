"""Whose credentials these are."""

from __future__ import annotations

from collections.abc import Iterator

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Identity

_SAYS = Says("credentials")


def check_identity(identity: Identity) -> Iterator[Finding]:
    """`identity` is what AWS answered: it takes them."""
    yield _SAYS.ok(f"{identity.arn} in account {identity.account}")
    if identity.partition != "aws":
        message = f"partition {identity.partition}: Remit writes ARNs of the commercial partition, arn:aws:"
        yield _SAYS.error(message, "docs/limits.md")
    if identity.arn.endswith(":root"):
        yield _SAYS.warning("the root user: nothing limits what it does", "use a role that the runs need, and no more")
    elif ":user/" in identity.arn:
        yield _SAYS.note(
            "a user's key, which does not end by itself", "sign in to a role: aws sso login, or OIDC in CI"
        )
