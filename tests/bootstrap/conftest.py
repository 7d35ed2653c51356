"""The whole bootstrap under Pulumi's own mocks: every registration is recorded as the engine would get it."""

from __future__ import annotations

import json
import runpy
import site
import sysconfig
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks, rpc, settings

MANAGEMENT, DELEGATED = "111111111111", "222222222222"
ROOT, INSTANCE = "r-ab12", "arn:aws:sso:::instance/ssoins-0123456789abcdef"
PROGRAM = Path(__file__).parents[2] / "bootstrap"
_VENV = PROGRAM.parent / ".venv-bootstrap"
if not _VENV.exists():
    raise RuntimeError(".venv-bootstrap is not there (make test makes it)")
# pulumi-aws and cfn-lint, behind everything of ours
site.addsitedir(sysconfig.get_path("purelib", vars={"base": str(_VENV)}))
LEAST = {"repository": "northwind/access", "region": "eu-central-1", "environments": ["dev-run", "prod-run"]}


class Answers(mocks.Mocks):
    """AWS, as the program meets it."""

    def __init__(self, caller: str) -> None:
        self._caller = caller
        self.caller_arn = f"arn:aws:sts::{caller}:assumed-role/AWSReservedSSO_Admin_0123/ada"
        self.calls: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "aws:kms/key:Key":
            outputs |= {"arn": f"arn:aws:kms:eu-central-1:{MANAGEMENT}:key/k-1", "keyId": "k-1"}
        if args.typ == "aws:iam/role:Role":
            outputs["arn"] = f"arn:aws:iam::{MANAGEMENT}:role/{args.inputs['name']}"
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        self.calls.append(args.token)
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": self._caller, "arn": self.caller_arn},
            "aws:organizations/getOrganization:getOrganization": {
                "masterAccountId": MANAGEMENT,
                "roots": [{"id": ROOT, "arn": "", "name": "Root", "policyTypes": []}],
            },
            "aws:ssoadmin/getInstances:getInstances": {"arns": [INSTANCE], "identityStoreIds": ["d-1"], "id": "x"},
        }
        return answers[args.token], []


class Recorder(mocks.MockMonitor):
    """A monitor that keeps each RegisterResource request."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self.answers, self.requests = answers, list[Any]()
        self.outputs: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        self.requests.append(request)
        return super().RegisterResource(request)

    def of(self, kind: str) -> dict[str, Any]:
        """{logical name: inputs} of a type, such as iam/role:Role."""
        found = (each for each in self.requests if each.type == f"aws:{kind}")
        return {each.name: rpc.deserialize_properties(each.object) for each in found}

    def one(self, kind: str) -> dict[str, Any]:
        (found,) = self.of(kind).values()
        return dict(found)

    def policies(self, role: str) -> dict[str, Any]:
        """The inline policies of a role, by name."""
        found = (each for each in self.of("iam/rolePolicy:RolePolicy").values() if each["role"] == role)
        return {each["name"]: json.loads(each["policy"]) for each in found}

    def trust(self, logical_name: str) -> Any:
        return json.loads(self.of("iam/role:Role")[logical_name]["assumeRolePolicy"])

    def made_in(self, kind: str) -> dict[str, str]:
        """{logical name: the logical name of its provider}."""
        found = (each for each in self.requests if each.type == f"aws:{kind}")
        return {each.name: each.provider.split("::")[-2] for each in found}

    @property
    def template(self) -> Any:
        return json.loads(self.one("cloudformation/stackSet:StackSet")["templateBody"])


Run = Callable[..., Recorder]


@pytest.fixture
def run() -> Iterator[Run]:
    """run(caller=…, **settings) → what the program registered, with the defaults of bootstrap/Pulumi.yaml."""
    declared = yaml.safe_load((PROGRAM / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    defaults = {key.partition(":")[2]: each["default"] for key, each in declared.items() if "default" in each}

    def run_program(*, caller: str = MANAGEMENT, **given: Any) -> Recorder:
        recorder = Recorder(Answers(caller))
        mocks.set_mocks(recorder.answers, project="remit-bootstrap", stack="main", preview=False, monitor=recorder)
        values = {**defaults, **LEAST, **given}
        pulumi.runtime.set_all_config({f"remit-bootstrap:{key}": _text(value) for key, value in values.items()})

        def program() -> None:
            """Without a result: it would be taken for outputs of the stack, which mocks hand over too early."""
            runpy.run_path(str(PROGRAM), run_name="__main__")
            stack = pulumi.runtime.get_root_resource()
            assert isinstance(stack, pulumi.runtime.stack.Stack)
            for name, value in stack.outputs.items():
                pulumi.Output.from_input(value).apply(partial(recorder.outputs.__setitem__, name))

        mocks.test(program)()
        return recorder

    yield run_program
    pulumi.runtime.set_all_config({})
    settings.reset_options()


def _text(value: Any) -> str:
    """As the engine hands a value of the stack file over."""
    return value if isinstance(value, str) else json.dumps(value)
