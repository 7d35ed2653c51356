"""The hub roles of each account: who may take them, what they may do. Pure; the rights come from remit.aws.permissions.

A preview asks no member account, so that the spoke roles trust the apply role alone: whoever may push a branch can run
code with the preview role (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bootstrap.settings import Settings
from bootstrap.trust import APPLY_ROLE, PREVIEW_ROLE, Subjects, apply_subjects, preview_subjects
from remit.aws.permissions import Feature, hub_apply_policy, hub_preview_policy
from remit.documents import Document

Roles = Mapping[str, tuple[Subjects, Document]]
"""By name: whose tokens take it, and its policy."""


def hub_roles(settings: Settings, instance: str, *, delegated: bool) -> Roles:
    """Those of the account that administers Identity Center. `instance`: its ARN, "" if it is not known."""
    preview = hub_preview_policy(spoke_role="", instance_arn=instance, features=_features(settings))
    apply = _apply_policy(settings, instance, management=not delegated)
    return {
        PREVIEW_ROLE: (preview_subjects(settings), preview),
        APPLY_ROLE: (apply_subjects(settings, settings.environments), apply),
    }


def management_roles(settings: Settings, instance: str) -> Roles:
    """Those of the management account, where Identity Center is delegated: for stacks that reach it alone."""
    subjects = apply_subjects(settings, settings.management_environments)
    return {APPLY_ROLE: (subjects, _apply_policy(settings, instance, management=True))}


def _apply_policy(settings: Settings, instance: str, *, management: bool) -> Document:
    features = _features(settings) | ({Feature.MANAGEMENT} if management else set())
    topics: Sequence[str] = settings.topics
    return hub_apply_policy(spoke_role=settings.spoke_role, instance_arn=instance, topics=topics, features=features)


def _features(settings: Settings) -> set[Feature]:
    wanted = {Feature.WHO: settings.who, Feature.ANALYZER: settings.access_analyzer}
    return {feature for feature, used in wanted.items() if used}
