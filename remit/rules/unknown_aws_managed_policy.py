"""An AWS managed policy that AWS does not have."""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog.models import AwsPolicy, PermissionSet
from remit.errors import did_you_mean
from remit.linting.aws_policies import aws_policy_names, published
from remit.linting.rule import Finding, Rule, Severity
from remit.linting.subject import Subject


class UnknownAwsManagedPolicy(Rule):
    id = "unknown-aws-managed-policy"
    title = "An AWS managed policy that AWS does not have"
    severity = Severity.ERROR
    why = "AWS refuses to attach it, in the middle of a run"
    fix = (
        f"correct the name, and its path: job-function/SupportUser; if it is newer than {published()}, ignore this here"
    )
    source = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for entry in subject.permission_sets.values():
            for policy in _policies(entry):
                name = policy.full_arn.partition(":policy/")[2]
                if name not in aws_policy_names():
                    place = policy.arn or policy.name
                    source = place.source if place else policy.source
                    yield self.finding(source, f"AWS has no managed policy {name!r}", _close(name))


def _policies(entry: PermissionSet) -> Iterator[AwsPolicy]:
    yield from entry.aws_managed_policies
    if entry.permissions_boundary is not None and entry.permissions_boundary.aws_managed is not None:
        yield entry.permissions_boundary.aws_managed


def _close(name: str) -> str:
    known = aws_policy_names()
    last = name.rpartition("/")[2]
    elsewhere = [each for each in known if each.rpartition("/")[2] == last]
    return f"write {elsewhere[0]}" if elsewhere else did_you_mean(name, known)
