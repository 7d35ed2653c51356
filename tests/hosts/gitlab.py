"""GitLab, as far as Remit talks to it."""

from __future__ import annotations

from base64 import b64encode
from itertools import count
from typing import Any
from urllib.parse import unquote

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
        self.commits: list[dict[str, Any]] = []
        self.branches = {"main": "main-1"}
        self.made: dict[str, dict[str, Any]] = {}
        self.trees = {"main-1": {"policies/old.yaml": "", "policies/access.yaml": "access: []\n"}}
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
        self.route("GET", f"{at}/repository/compare", self._compare)
        self.route("GET", f"{at}/repository/branches/{{branch}}", self._get_branch)

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
        body = request.get_json()
        if body.pop("state_event", None) == "close":
            self.requests[int(number)]["state"] = "closed"
        self.requests[int(number)].update(body)
        return 200, self.requests[int(number)]

    def _list_requests(self, request: Request) -> Answer:
        branch, state = request.args["source_branch"], request.args["state"]
        found = [each for each in self.requests.values() if each["source_branch"] == branch]
        return 200, [each for each in found if each["state"] == state]

    def _create_request(self, request: Request) -> Answer:
        body = request.get_json()
        number = 100 + next(self._ids)
        self.open_request(number, "proposed", str(BOT["username"]), **body)
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

    def _get_file(self, request: Request, path: str) -> Answer:
        tree = self.trees[self._commit_of(request.args["ref"])]
        text = tree.get(unquote(path))
        if text is None:
            return 404, {"message": "404 File Not Found"}
        return 200, {"file_path": path, "content": b64encode(text.encode()).decode()}

    def _get_branch(self, _: Request, branch: str) -> Answer:
        sha = self.branches.get(unquote(branch))
        return (200, {"commit": {"id": sha}}) if sha else (404, {"message": "404 Branch Not Found"})

    def _commit_of(self, reference: str) -> str:
        return self.branches.get(reference, reference)

    def _compare(self, request: Request) -> Answer:
        found: list[dict[str, Any]] = []
        sha = self._commit_of(request.args["to"])
        while sha in self.made and sha != self._commit_of(request.args["from"]):
            found.insert(0, self.made[sha])
            (sha,) = self.made[sha]["parent_ids"]
        return 200, {"commits": found}

    def _commit(self, request: Request) -> Answer:
        """As GitLab does: an update of a file that is not there, and the like, is refused, and so is a branch that is
        there already where a start is named, without force."""
        body = request.get_json()
        branch, start = body["branch"], body.get("start_sha") or body.get("start_branch")
        if start and branch in self.branches and not body.get("force"):
            return 400, {"message": f"A branch called '{branch}' already exists."}
        if not start and branch not in self.branches:
            return 400, {"message": "You can only create or edit files when you are on a branch"}
        parent = self._commit_of(start or branch)
        tree = dict(self.trees[parent])
        for each in body["actions"]:
            if (each["action"] == "create") == (each["file_path"] in tree):
                return 400, {"message": f"A file with this name does not fit {each['action']}"}
            tree.pop(each["file_path"], None)
            if each["action"] != "delete":
                tree[each["file_path"]] = each["content"]
        self.commits.append(body)
        made = {"id": f"commit-{len(self.commits)}", "message": body["commit_message"], "parent_ids": [parent]}
        made |= dict.fromkeys(("authored_date", "committed_date"), f"when {made['id']} was made")
        self.made[made["id"]], self.trees[made["id"]], self.branches[branch] = made, tree, made["id"]
        return 201, made
