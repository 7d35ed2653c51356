"""The Identity Center instance that permission sets and assignments belong to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instance:
    """`arn` is arn:aws:sso:::instance/ssoins-…; `region` is its home region, where its API answers."""

    arn: str
    region: str
