"""Sizes and counts that AWS does not take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from remit.documents import document, size, statement_json
from remit.expiry import expired
from remit.linting.rule import Accounts, Finding, Rule, Severity
from remit.linting.subject import Subject
from remit.planning import permission_sets as sets
from remit.planning import policies
from remit.variables import has_variables
from remit.yaml_places import Text

_MOST_PERMISSION_SETS = 3_500
_MOST_IN_AN_ACCOUNT = 500
_MOST_CUSTOMER_POLICIES = 1_500


class AwsLimits(Rule):
    id = "aws-limits"
    title = "Sizes and counts beyond AWS's limits"
    severity = Severity.ERROR
    why = "AWS refuses it in the middle of a run; what only an organization can tell, `remit validate` refuses too"
    fix = "split it, or use wildcards"
    source = "https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html"
    accounts = Accounts.SHARPEN

    def check(self, subject: Subject) -> Iterator[Finding]:
        yield from self._policies(subject)
        yield from self._permission_sets(subject)
        yield from self._in_accounts(subject)

    def _policies(self, subject: Subject) -> Iterator[Finding]:
        catalog = subject.catalog.managed_policies
        everywhere = [policy for policy in catalog if "*" in policy.targets and not policy.except_]
        if len(everywhere) > _MOST_CUSTOMER_POLICIES:
            message = f"{len(everywhere):,} policies go to every account; AWS allows {_MOST_CUSTOMER_POLICIES:,}"
            yield self.finding(everywhere[_MOST_CUSTOMER_POLICIES].source, message)
        for policy in catalog:
            alive = [each for each in policy.statements if not expired(each.expires, subject.at)]
            shared = [statement_json(each) for each in alive if each.targets is None and each.except_ is None]
            characters = size(document(shared))
            if characters > policies.LONGEST_POLICY and not expired(policy.expires, subject.at):
                message = f"policy {str(policy.name)!r} has {characters:,} characters in each of its accounts"
                yield self.finding(policy.name.source, f"{message}; AWS allows {policies.LONGEST_POLICY:,}")

    def _permission_sets(self, subject: Subject) -> Iterator[Finding]:
        found = list(subject.permission_sets.values())
        if len(found) > _MOST_PERMISSION_SETS:
            message = f"{len(found):,} permission sets; AWS allows {_MOST_PERMISSION_SETS:,} in an instance"
            yield self.finding(found[_MOST_PERMISSION_SETS].source, message)
        for entry in found:
            what = f"permission set {str(entry.name)!r}"
            count = subject.attached(entry)
            if count > sets.MOST_POLICIES:
                yield self.finding(entry.source, f"{what} has {count} policies; AWS allows {sets.MOST_POLICIES}")
            if len(entry.tags) > sets.MOST_TAGS:
                yield self.finding(entry.source, f"{what} has {len(entry.tags)} tags; AWS allows {sets.MOST_TAGS}")
            yield from self._length(f"the description of {what}", entry.description, sets.LONGEST_DESCRIPTION)
            yield from self._length(f"the relay state of {what}", entry.relay_state, sets.LONGEST_RELAY_STATE)
        for policy in subject.statement_lists:
            characters = size(document([statement_json(each) for each in policy.statements]))
            if policy.owner.name in subject.permission_sets and characters > sets.LONGEST_INLINE:
                message = f"{policy} has {characters:,} characters; AWS allows {sets.LONGEST_INLINE:,}"
                yield self.finding(policy.owner.source, message)

    def _length(self, what: str, text: Text, longest: int) -> Iterator[Finding]:
        if len(text) > longest and not has_variables(text):
            yield self.finding(text.source, f"{what} has {len(text)} characters; AWS allows {longest}")

    def _in_accounts(self, subject: Subject) -> Iterator[Finding]:
        if subject.ground is None:
            return
        counts = Counter(account for each in subject.ground.access.accounts.values() for account in each)
        account, most = max(counts.items(), key=lambda each: (each[1], each[0]), default=("", 0))
        if most > _MOST_IN_AN_ACCOUNT:
            message = f"{most} permission sets are provisioned in account {account}; AWS allows {_MOST_IN_AN_ACCOUNT}"
            yield self.finding(subject.access[0].source, message, "give fewer permission sets in one account")
