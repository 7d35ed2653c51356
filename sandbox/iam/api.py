"""IAM: a client's own call is checked here, answered here where moto falls short, and by moto otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.wrappers import Request, Response

from sandbox import moto_bridge
from sandbox.errors import AwsError
from sandbox.iam import answers, checks, holders, listings
from sandbox.iam.policies import AWS_ARN, Policies
from sandbox.wire import Call

RESERVED_PREFIX = "AWSReservedSSO_"
_READS = ("Get", "List")
_ATTACHING = {"AttachRolePolicy": "role", "AttachUserPolicy": "user", "AttachGroupPolicy": "group"}


class IamApi:
    """IAM of every account, over moto's."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._checks: Mapping[str, Callable[[Call], None]] = {
            "CreatePolicy": self._check_new,
            "CreatePolicyVersion": lambda call: checks.check_document(call.params.get("PolicyDocument", "")),
            "DeletePolicy": self._check_delete,
        }

    def answer(self, request: Request, call: Call) -> Response:
        """Raises AwsError as AWS would."""
        arn = call.params.get("PolicyArn", "")
        if arn.startswith(AWS_ARN):
            self._policies.ensure_aws_managed(call.account, arn)
        self._check_reserved(call)
        if call.operation in self._checks:
            self._checks[call.operation](call)
        own = self._own_answer(call, arn)
        if own is not None:
            return own
        if call.operation.startswith(_READS):
            holders.count(call.account)
        answered = moto_bridge.answer(request, call.service, call.region, call.account)
        if call.operation == "CreatePolicyVersion":
            self._note_new_version(call.account, arn)
        return answered

    def check_new(self, account: str, *, name: str, path: str, description: str, document: str) -> None:
        """What IAM checks of a policy that is to be made."""
        checks.check_name(name)
        checks.check_path(path)
        checks.check_description(description)
        checks.check_document(document)
        checks.check_unique(name, self._policies.customer_managed(account))

    def _check_new(self, call: Call) -> None:
        given = call.params
        self.check_new(
            call.account,
            name=given.get("PolicyName", ""),
            path=given.get("Path", "/"),
            description=given.get("Description", ""),
            document=given.get("PolicyDocument", ""),
        )

    def _check_delete(self, call: Call) -> None:
        arn = call.params.get("PolicyArn", "")
        policy = self._policies.find(call.account, arn)
        if policy is not None:
            checks.check_not_held(call.account, arn)
            checks.check_one_version(policy)

    def _own_answer(self, call: Call, arn: str) -> Response | None:
        if call.operation == "GetAccountAuthorizationDetails":
            details = listings.authorization_details(self._policies, call.account, call.params)
            return answers.answer(call.operation, details)
        if call.operation == "ListEntitiesForPolicy":
            if self._policies.find(call.account, arn) is None:
                raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", status=404)
            return answers.answer(call.operation, listings.entities_for_policy(call.account, arn, call.params))
        if call.operation in _ATTACHING and self._attached_already(call, arn):
            return answers.answer(call.operation, {})
        return None

    def _attached_already(self, call: Call, arn: str) -> bool:
        """Whether nothing is left to do, which moto would count once more."""
        kind = _ATTACHING[call.operation]
        named = call.params.get(f"{kind.title()}Name", "")
        holder = next((each for each in holders.everyone(call.account, kind) if each.name == named), None)
        if holder is None:
            return False
        if arn in holder.managed_policies:
            return True
        checks.check_attachable(holder, kind)
        return False

    def _note_new_version(self, account: str, arn: str) -> None:
        policy = self._policies.find(account, arn)
        if policy is not None:
            policy.update_date = policy.versions[-1].create_date

    @staticmethod
    def _check_reserved(call: Call) -> None:
        role = call.params.get("RoleName", "")
        if role.startswith(RESERVED_PREFIX) and not call.operation.startswith(_READS):
            raise AwsError(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{role}' - this role is only modifiable by AWS",
            )
