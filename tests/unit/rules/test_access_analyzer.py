"""What IAM Access Analyzer says becomes findings at their lines. AWS is a fake here, in the shape of boto3's client."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.aws.access_analyzer import analyze
from remit.aws.session import Aws
from remit.errors import AccessDeniedError
from remit.linting.ignores import ignores_of
from remit.linting.rule import Severity
from remit.linting.run import lint
from remit.linting.subject import Subject
from tests.unit.small_world import AT, catalog_of

BEFORE = """\
managed_policies:
  - name: Deploy
    targets: "*"
    statements:
      - {Sid: Ended, Effect: Allow, Action: "s3:*", Resource: "*", expires: 2026-01-01}
      - Sid: Deploy
        Effect: Allow
        Action: "s3:PutObject"
        Resource: "arn:aws:s3:::{{account.name}}-{{account.id}}/*"
  - name: Same
    targets: "*"
    statements: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]
"""
AFTER = (
    BEFORE.replace('"s3:PutObject"', '"s3:Put*"')
    + """\
permission_sets:
  - name: New
    inline_policy: {statements: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}
"""
)


class FakeAnalyzer:
    """A boto3 session whose one client is Access Analyzer: one finding a page, as `findings` has them."""

    def __init__(self, findings: Sequence[dict[str, Any]] = (), reasons: Sequence[dict[str, Any]] = ()) -> None:
        self.findings = findings
        self.reasons = reasons
        self.validated: list[dict[str, Any]] = []
        self.compared: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.refused = False

    def client(self, service: str, **_: object) -> FakeAnalyzer:
        assert service == "accessanalyzer"
        return self

    def validate_policy(self, **asked: str) -> dict[str, Any]:
        if self.refused:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ValidatePolicy")
        assert asked["policyType"] == "IDENTITY_POLICY"
        page = int(asked.get("nextToken", 0))
        if not page:
            self.validated.append(json.loads(asked["policyDocument"]))
        more = {"nextToken": str(page + 1)} if page + 1 < len(self.findings) else {}
        return {"findings": self.findings[page : page + 1], **more}

    def check_no_new_access(self, **asked: str) -> dict[str, Any]:
        self.compared.append((json.loads(asked["newPolicyDocument"]), json.loads(asked["existingPolicyDocument"])))
        return {"result": "FAIL" if self.reasons else "PASS", "message": "more", "reasons": self.reasons}


def remark(kind: str, *path: dict[str, Any]) -> dict[str, Any]:
    return {
        "findingType": kind,
        "issueCode": "CODE",
        "findingDetails": f"a {kind.lower()}",
        "learnMoreLink": "https://docs.aws.amazon.com/x",
        "locations": [{"path": list(path)}],
    }


STATEMENT = ({"value": "Statement"}, {"index": 0})


def analyzed(fake: FakeAnalyzer, text: str, before: str | None = None) -> Subject:
    subject = Subject(catalog_of(text), AT)
    aws = Aws("us-east-1", session=lambda: fake, clock=lambda: 0.0, sleep=lambda _: None)
    old = Subject(catalog_of(before), AT).statement_lists if before else None
    subject.analyses = analyze(aws, subject.statement_lists, old)
    return subject


def test_each_finding_of_aws_stands_at_its_statement_with_its_severity():
    fake = FakeAnalyzer(
        [
            remark("ERROR", *STATEMENT, {"value": "Action"}, {"index": 0}),
            remark("SECURITY_WARNING", *STATEMENT),
            remark("SUGGESTION"),
            remark("WARNING", {"value": "Statement"}, {"index": 7}),
        ]
    )
    text = BEFORE[: BEFORE.index("  - name: Same")]
    findings = [each for each in lint(analyzed(fake, text)).findings if each.rule == "access-analyzer"]
    assert [(each.source.line, each.source.column, each.severity) for each in findings] == [
        (2, 5, Severity.INFO),
        (2, 5, Severity.WARNING),
        (6, 9, Severity.WARNING),
        (8, 9, Severity.ERROR),
    ]
    assert findings[-1].message == "policy 'Deploy': a error (CODE)"
    assert findings[-1].fix == "see https://docs.aws.amazon.com/x"


def test_what_has_ended_is_not_sent_and_variables_stand_for_something():
    fake = FakeAnalyzer()
    analyzed(fake, BEFORE)
    sent = next(each for each in fake.validated if each["Statement"][0].get("Sid") == "Deploy")
    (statement,) = sent["Statement"]
    assert statement["Resource"] == "arn:aws:s3:::placeholder-111122223333/*"


def test_since_asks_only_about_what_changed_and_compares_it_with_what_it_was():
    fake = FakeAnalyzer(reasons=[{"description": "New access in the statement", "statementIndex": 0}])
    subject = analyzed(fake, AFTER, BEFORE)
    assert len(fake.validated) == 2, "the changed policy and the new one"
    ((new, old),) = fake.compared
    assert (new["Statement"][0]["Action"], old["Statement"][0]["Action"]) == ("s3:Put*", "s3:PutObject")
    (found,) = [each for each in lint(subject).findings if each.rule == "new-access"]
    assert (found.source.line, found.severity) == (6, Severity.WARNING)
    assert found.message == "policy 'Deploy' gives more than before: New access in the statement"


def test_nothing_changed_asks_nothing_and_less_access_is_no_finding():
    fake = FakeAnalyzer()
    assert analyzed(fake, BEFORE, BEFORE).analyses == ()
    assert not fake.validated
    assert not [each for each in lint(analyzed(fake, AFTER, BEFORE)).findings if each.rule == "new-access"]


def test_a_refusal_of_aws_is_told():
    fake = FakeAnalyzer()
    fake.refused = True
    with pytest.raises(AccessDeniedError, match="ValidatePolicy"):
        analyzed(fake, BEFORE)


def test_an_ignore_is_judged_only_when_aws_was_asked():
    ignore = list(ignores_of("a: b # remit: ignore access-analyzer looked at\n", "c.yaml"))
    asked = analyzed(FakeAnalyzer(), BEFORE)
    not_asked = Subject(asked.catalog, AT + timedelta(0))
    assert "unused-ignore" in {each.rule for each in lint(asked, ignore).findings}
    assert "unused-ignore" not in {each.rule for each in lint(not_asked, ignore).findings}
