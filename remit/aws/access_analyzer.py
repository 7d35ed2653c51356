"""IAM Access Analyzer: what AWS itself says of a policy, by access-analyzer:ValidatePolicy and CheckNoNewAccess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from remit.aws.session import Aws, in_parallel
from remit.documents import Document
from remit.linting.analysis import Analysis, NewAccess, Remark, Step, changed, document_of, text_of
from remit.linting.statements import StatementList

_SERVICE = "accessanalyzer"
_IDENTITY = "IDENTITY_POLICY"


def analyze(
    aws: Aws, policies: Sequence[StatementList], before: Sequence[StatementList] | None = None
) -> tuple[Analysis, ...]:
    """ValidatePolicy for every policy. With those of `before`: for the changed ones, and CheckNoNewAccess besides.

    Raises AwsError.
    """
    asked: Mapping[int, Document | None] = (
        dict.fromkeys(range(len(policies))) if before is None else changed(policies, before)
    )

    def one(position: int) -> Analysis:
        policy, was = policies[position], asked[position]
        text = text_of(document_of(policy))
        new = tuple(check_no_new_access(aws, text, text_of(was))) if was else ()
        return Analysis(policy, tuple(validate_policy(aws, text)), new)

    return tuple(in_parallel(one, [position for position in asked if policies[position].statements]))


def validate_policy(aws: Aws, text: str) -> Iterator[Remark]:
    """What is wrong or could be better in a document of an identity."""
    token: dict[str, str] = {}
    while True:
        answer = aws.call(_SERVICE, "ValidatePolicy", policyDocument=text, policyType=_IDENTITY, **token)
        yield from (_remark(finding) for finding in answer["findings"])
        if not answer.get("nextToken"):
            return
        token = {"nextToken": answer["nextToken"]}


def check_no_new_access(aws: Aws, text: str, before: str) -> Iterator[NewAccess]:
    """What a document gives that the one before did not."""
    answer = aws.call(
        _SERVICE,
        "CheckNoNewAccess",
        newPolicyDocument=text,
        existingPolicyDocument=before,
        policyType=_IDENTITY,
    )
    if answer["result"] == "PASS":
        return
    reasons = answer.get("reasons") or [{"description": answer.get("message", "")}]
    for reason in reasons:
        yield NewAccess(reason.get("description", ""), reason.get("statementIndex"))


def _remark(finding: Mapping[str, Any]) -> Remark:
    locations = finding.get("locations") or [{"path": []}]
    return Remark(
        kind=finding["findingType"],
        code=finding["issueCode"],
        details=finding["findingDetails"],
        link=finding.get("learnMoreLink", ""),
        path=tuple(_steps(locations[0]["path"])),
    )


def _steps(path: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    for element in path:
        if "index" in element:
            yield int(element["index"])
        elif "value" in element or "key" in element:
            yield str(element.get("value", element.get("key")))
