"""IAM Access Analyzer, which the sandbox does not have: nothing is wrong, and whatever changed gives new access."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.wire import credential_of
from tests.e2e.roles import Asked
from tests.hosts.server import Answer, HostServer

_OPERATIONS = {"/policy/validation": "ValidatePolicy", "/policy/check-no-new-access": "CheckNoNewAccess"}


class FakeAccessAnalyzer(HostServer):
    """`asked` by whom, as the sandbox tells it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.route("POST", "/policy/validation", self._validate)
        self.route("POST", "/policy/check-no-new-access", self._compare)

    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL_ACCESSANALYZER": self.url}

    def allowed(self, request: Request) -> bool:
        key = credential_of(request).access_key
        self.asked.append(Asked(key, "", "accessanalyzer", _OPERATIONS[request.path]))
        return True

    @staticmethod
    def _validate(_: Request) -> Answer:
        return 200, {"findings": []}

    @staticmethod
    def _compare(_: Request) -> Answer:
        return 200, {
            "result": "FAIL",
            "message": "more",
            "reasons": [{"description": "New access", "statementIndex": 0}],
        }
