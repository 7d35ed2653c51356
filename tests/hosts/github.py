"""GitHub, as far as Remit talks to it: comments, issues, pull requests, the git database, repository dispatches."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request

from tests.hosts.server import Answer, HostServer

REPOSITORY, TOKEN, BOT = "shop/access", "ghs_a-token", "github-actions[bot]"
_LIMIT = 65_536


class FakeGitHub(HostServer):
    """One repository. A test puts pull requests, reviews and checks in place; all else goes by HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.issues: dict[int, dict[str, Any]] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.reviews: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.permissions = {"ada": "write", "grace": "admin", "eve": "read"}
        self.behind = 0
        self.refs = {"main": "main-1"}
        self.trees: dict[str, list[dict[str, Any]]] = {}
        self.commits: dict[str, dict[str, Any]] = {}
        self.dispatches: list[dict[str, Any]] = []
        self._ids = count(1)
        self._add_routes(f"/repos/{REPOSITORY}")

    def environment(self) -> dict[str, str]:
        """What GitHub gives a job."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "77",
        }

    def allowed(self, request: Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {TOKEN}"

    def open_pull(self, number: int, sha: str, author: str = "ada", **more: Any) -> None:
        repository = {"full_name": REPOSITORY}
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "draft": False,
            "user": {"login": author},
            "head": {"sha": sha, "ref": "change", "repo": repository},
            "base": {"sha": self.refs["main"], "ref": "main", "repo": repository},
            "mergeable_state": "clean",
            "html_url": self._address("pull", number),
        } | more

    def approve(self, login: str, sha: str, state: str = "APPROVED") -> None:
        self.reviews.append({"user": {"login": login}, "state": state, "commit_id": sha})

    def _add_routes(self, at: str) -> None:
        self.route("GET", at, lambda _: (200, {"default_branch": "main"}))
        self.route("GET", f"{at}/issues/{{number}}/comments", self._list_comments)
        self.route("POST", f"{at}/issues/{{number}}/comments", self._add_comment)
        self.route("PATCH", f"{at}/issues/comments/{{identifier}}", self._edit_comment)
        self.route("GET", f"{at}/issues", self._list_issues)
        self.route("POST", f"{at}/issues", self._open_issue)
        self.route("PATCH", f"{at}/issues/{{number}}", self._edit_issue)
        self.route("GET", f"{at}/pulls/{{number}}/reviews", lambda _, number: (200, self.reviews))
        self.route("PUT", f"{at}/pulls/{{number}}/merge", self._merge)
        self.route("GET", f"{at}/pulls/{{number}}", self._get_pull)
        self.route("PATCH", f"{at}/pulls/{{number}}", self._edit_pull)
        self.route("GET", f"{at}/pulls", self._list_pulls)
        self.route("POST", f"{at}/pulls", self._create_pull)
        self.route("GET", f"{at}/compare/{{base}}", self._compare)
        self.route("GET", f"{at}/commits/{{sha}}/check-runs", lambda _, sha: (200, {"check_runs": self.checks}))
        self.route("GET", f"{at}/collaborators/{{login}}/permission", self._permission)
        self.route("GET", f"{at}/git/ref/heads/{{branch}}", self._get_ref)
        self.route("GET", f"{at}/git/commits/{{sha}}", self._get_commit)
        self.route("POST", f"{at}/git/trees", self._create_tree)
        self.route("POST", f"{at}/git/commits", self._create_commit)
        self.route("POST", f"{at}/git/refs", self._create_ref)
        self.route("PATCH", f"{at}/git/refs/heads/{{branch}}", self._move_ref)
        self.route("POST", f"{at}/dispatches", self._dispatch)

    def _list_comments(self, _: Request, number: str) -> Answer:
        return 200, self.comments.get(int(number), [])

    def _add_comment(self, request: Request, number: str) -> Answer:
        made = self._written(request, f"pull/{number}#issuecomment-")
        self.comments.setdefault(int(number), []).append(made)
        return _checked(201, made)

    def _edit_comment(self, request: Request, identifier: str) -> Answer:
        found = next(each for listed in self.comments.values() for each in listed if each["id"] == int(identifier))
        found.update(request.get_json())
        return _checked(200, found)

    def _list_issues(self, request: Request) -> Answer:
        asked = request.args
        return 200, [
            each
            for each in self.issues.values()
            if each["state"] == asked["state"] and asked.get("creator") in {None, each["user"]["login"]}
        ]

    def _open_issue(self, request: Request) -> Answer:
        made = self._written(request, "issues/")
        made |= {"number": made["id"], "state": "open"}
        self.issues[made["number"]] = made
        return _checked(201, made)

    def _edit_issue(self, request: Request, number: str) -> Answer:
        self.issues[int(number)].update(request.get_json())
        return _checked(200, self.issues[int(number)])

    def _get_pull(self, _: Request, number: str) -> Answer:
        found = self.pulls.get(int(number))
        return (200, found) if found else (404, {"message": "Not Found"})

    def _edit_pull(self, request: Request, number: str) -> Answer:
        self.pulls[int(number)].update(request.get_json())
        return 200, self.pulls[int(number)]

    def _list_pulls(self, request: Request) -> Answer:
        branch = request.args["head"].partition(":")[2]
        return 200, [each for each in self.pulls.values() if each["state"] == "open" and each["head"]["ref"] == branch]

    def _create_pull(self, request: Request) -> Answer:
        body = request.get_json()
        number = 100 + next(self._ids)
        self.open_pull(number, self.refs[body["head"]], BOT, title=body["title"], body=body["body"])
        self.pulls[number]["head"]["ref"] = body["head"]
        return 201, self.pulls[number]

    def _merge(self, request: Request, number: str) -> Answer:
        pull = self.pulls[int(number)]
        if request.get_json()["sha"] != pull["head"]["sha"]:
            return 409, {"message": "Head branch was modified. Review and try the merge again."}
        pull["state"] = "closed"
        self.refs["main"] = f"merge-of-{pull['head']['sha']}"
        return 200, {"sha": self.refs["main"], "merged": True}

    def _permission(self, _: Request, login: str) -> Answer:
        return 200, {"permission": self.permissions.get(unquote(login), "none")}

    def _get_ref(self, _: Request, branch: str) -> Answer:
        sha = self.refs.get(branch)
        return (200, {"object": {"sha": sha}}) if sha else (404, {"message": "Not Found"})

    def _create_tree(self, request: Request) -> Answer:
        body = request.get_json()
        entries = body["tree"]
        name = f"tree-{sha256(json.dumps(body).encode()).hexdigest()}"
        self.trees[name] = entries
        return 201, {"sha": name}

    def _get_commit(self, _: Request, sha: str) -> Answer:
        made = self.commits.get(sha, {"tree": f"tree-of-{sha}", "parents": [], "message": "what was there"})
        parents = [{"sha": parent} for parent in made["parents"]]
        return 200, {"tree": {"sha": made["tree"]}, "parents": parents, "message": made["message"]}

    def _compare(self, _: Request, base: str) -> Answer:
        name, head = unquote(base).split("...")
        commits: list[dict[str, Any]] = []
        there, sha = self._history(self.refs.get(name, name)), self.refs.get(head, head)
        while sha in self.commits and sha not in there:
            made = self.commits[sha]
            author = made.get("author") or {"date": f"when {sha} was made"}
            told = {"message": made["message"], "author": author, "committer": made.get("committer") or author}
            commits.insert(0, {"sha": sha, "commit": told})
            (sha,) = self.commits[sha]["parents"]
        return 200, {"behind_by": self.behind, "commits": commits}

    def _history(self, sha: str) -> set[str]:
        found = {sha}
        while sha in self.commits:
            sha = self.commits[sha]["parents"][0]
            found.add(sha)
        return found

    def _create_commit(self, request: Request) -> Answer:
        name = f"commit-{next(self._ids)}"
        self.commits[name] = request.get_json()
        return 201, {"sha": name}

    def _create_ref(self, request: Request) -> Answer:
        body = request.get_json()
        self.refs[body["ref"].removeprefix("refs/heads/")] = body["sha"]
        return 201, {}

    def _move_ref(self, request: Request, branch: str) -> Answer:
        self.refs[branch] = request.get_json()["sha"]
        return 200, {}

    def _dispatch(self, request: Request) -> Answer:
        self.dispatches.append(request.get_json())
        return 204, None

    def _written(self, request: Request, at: str) -> dict[str, Any]:
        identifier = next(self._ids)
        address = f"https://github.example/{REPOSITORY}/{at}{identifier}"
        return {**request.get_json(), "id": identifier, "user": {"login": BOT}, "html_url": address}

    @staticmethod
    def _address(kind: str, number: int) -> str:
        return f"https://github.example/{REPOSITORY}/{kind}/{number}"


def _checked(status: int, answer: dict[str, Any]) -> Answer:
    if len(answer["body"]) > _LIMIT:
        return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
    return status, answer
