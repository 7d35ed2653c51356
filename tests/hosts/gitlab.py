"""GitLab, as far as Remit talks to it."""

from __future__ import annotations

from itertools import count
from typing import Any

from werkzeug.wrappers import Request

from tests.hosts.server import Answer, HostServer

TOKEN = "glpat-a-token"
BOT = {"id": 9, "username": "project_1_bot"}
_LEVELS = {"ada": 40, "grace": 30, "eve": 20}


class FakeGitLab(HostServer):
    """Project 1."""

    def __init__(self) -> None:
        super().__init__("/api/v4")
        self.notes: list[dict[str, Any]] = []
        self.issues: dict[int, dict[str, Any]] = {}
        self.requests: dict[int, dict[str, Any]] = {}
        self.approved_by: list[str] = []
        self.known_files = {"policies/old.yaml", "policies/access.yaml"}
        self.commits: list[dict[str, Any]] = []
        self._ids = count(1)
        self._add_routes("/projects/1")

    def environment(self) -> dict[str, str]:
        """What GitLab gives a job."""
        return {
            "CI_API_V4_URL": self.url,
            "CI_PROJECT_ID": "1",
            "GITLAB_TOKEN": TOKEN,
            "CI_PIPELINE_URL": "https://gitlab.example/shop/access/-/pipelines/5",
        }

    def allowed(self, request: Request) -> bool:
        return request.headers.get("Private-Token") == TOKEN

    def open_request(self, number: int, sha: str, author: str = "ada", **more: Any) -> None:
        self.requests[number] = {
            "iid": number,
            "state": "opened",
            "sha": sha,
            "author": {"username": author},
            "source_project_id": 1,
            "target_project_id": 1,
            "source_branch": "change",
            "target_branch": "main",
            "diverged_commits_count": 0,
            "detailed_merge_status": "mergeable",
            "web_url": f"https://gitlab.example/shop/access/-/merge_requests/{number}",
        } | more

    def _add_routes(self, at: str) -> None:
        self.route("GET", "/user", lambda _: (200, BOT))
        self.route("GET", at, lambda _: (200, {"default_branch": "main"}))
        self.route("GET", f"{at}/merge_requests/{{number}}/notes", lambda _, number: (200, self.notes))
        self.route("POST", f"{at}/merge_requests/{{number}}/notes", self._add_note)
        self.route("PUT", f"{at}/merge_requests/{{number}}/notes/{{identifier}}", self._edit_note)
        self.route("GET", f"{at}/merge_requests/{{number}}/approvals", self._approvals)
        self.route("PUT", f"{at}/merge_requests/{{number}}/merge", self._merge)
        self.route("GET", f"{at}/merge_requests/{{number}}", lambda _, number: (200, self.requests[int(number)]))
        self.route("PUT", f"{at}/merge_requests/{{number}}", self._edit_request)
        self.route("GET", f"{at}/merge_requests", self._list_requests)
        self.route("POST", f"{at}/merge_requests", self._create_request)
        self.route("GET", f"{at}/members/all", self._members)
        self.route("GET", f"{at}/issues", self._list_issues)
        self.route("POST", f"{at}/issues", self._open_issue)
        self.route("POST", f"{at}/issues/{{number}}/notes", lambda _, number: (201, {"id": 1}))
        self.route("PUT", f"{at}/issues/{{number}}", self._edit_issue)
        self.route("GET", f"{at}/repository/files/{{path}}", self._get_file)
        self.route("POST", f"{at}/repository/commits", self._commit)

    def _add_note(self, request: Request, number: str) -> Answer:
        made = {**request.get_json(), "id": next(self._ids), "author": BOT, "request": int(number)}
        self.notes.append(made)
        return 201, made

    def _edit_note(self, request: Request, number: str, identifier: str) -> Answer:
        found = next(each for each in self.notes if (each["request"], each["id"]) == (int(number), int(identifier)))
        found.update(request.get_json())
        return 200, found

    def _approvals(self, _: Request, number: str) -> Answer:
        assert int(number) in self.requests
        return 200, {"approved_by": [{"user": {"username": name}} for name in self.approved_by]}

    def _merge(self, request: Request, number: str) -> Answer:
        if request.get_json()["sha"] != self.requests[int(number)]["sha"]:
            return 409, {"message": "SHA does not match HEAD of source branch"}
        self.requests[int(number)]["state"] = "merged"
        return 200, {"sha": "head", "merge_commit_sha": "merged"}

    def _edit_request(self, request: Request, number: str) -> Answer:
        self.requests[int(number)].update(request.get_json())
        return 200, self.requests[int(number)]

    def _list_requests(self, request: Request) -> Answer:
        branch = request.args["source_branch"]
        return 200, [each for each in self.requests.values() if each["source_branch"] == branch]

    def _create_request(self, request: Request) -> Answer:
        body = request.get_json()
        number = 100 + next(self._ids)
        self.open_request(number, "proposed", BOT["username"], **body)
        return 201, self.requests[number]

    def _members(self, request: Request) -> Answer:
        wanted = request.args["query"]
        return 200, [{"username": name, "access_level": level} for name, level in _LEVELS.items() if wanted in name]

    def _list_issues(self, request: Request) -> Answer:
        return 200, [each for each in self.issues.values() if each["state"] == request.args["state"]]

    def _open_issue(self, request: Request) -> Answer:
        number = next(self._ids)
        address = f"https://gitlab.example/shop/access/-/issues/{number}"
        self.issues[number] = {
            **request.get_json(),
            "iid": number,
            "author": BOT,
            "web_url": address,
            "state": "opened",
        }
        return 201, self.issues[number]

    def _edit_issue(self, request: Request, number: str) -> Answer:
        body = request.get_json()
        if body.pop("state_event", None) == "close":
            self.issues[int(number)]["state"] = "closed"
        self.issues[int(number)].update(body)
        return 200, self.issues[int(number)]

    def _get_file(self, _: Request, path: str) -> Answer:
        known = path.replace("%2F", "/") in self.known_files
        return (200, {"file_path": path}) if known else (404, {"message": "404 File Not Found"})

    def _commit(self, request: Request) -> Answer:
        self.commits.append(request.get_json())
        return 201, {"id": "proposed"}
