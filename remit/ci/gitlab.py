"""GitLab's REST API (v4): https://docs.gitlab.com/api/rest/."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote

from remit.ci.bodies import marker
from remit.ci.host import Approval, Found, Proposal
from remit.ci.rest import Rest

_REMEDIES = {
    401: "GITLAB_TOKEN is wrong or has ended",
    403: "GITLAB_TOKEN needs the scope `api` and the role Developer (Maintainer to merge into a protected branch)",
    404: "CI_PROJECT_ID or the number is wrong, or the token may not see it",
}
_DEVELOPER = 30  # access levels: https://docs.gitlab.com/api/access_requests/


class GitLab:
    """One project. The account behind GITLAB_TOKEN writes: a project access token, since CI_JOB_TOKEN may not."""

    body_limit: ClassVar[int] = 1_000_000

    def __init__(self, project: str, token: str, url: str) -> None:
        headers = {"PRIVATE-TOKEN": token}
        self._instance = Rest("GitLab", url, headers, _REMEDIES)
        self._rest = Rest("GitLab", f"{url.rstrip('/')}/projects/{quote(project, safe='')}", headers, _REMEDIES)
        self._author = 0

    def comment(self, pull_request: int, key: str, body: str) -> str:
        notes = f"/merge_requests/{pull_request}/notes"
        address = f"{self._rest.get(f'/merge_requests/{pull_request}')['web_url']}#note_"
        ours = next(self._ours(self._rest.pages(notes), key, "body"), None)
        if ours is None:
            return f"{address}{self._rest.send('POST', notes, {'body': body})['id']}"
        if ours["body"] != body:
            self._rest.send("PUT", f"{notes}/{ours['id']}", {"body": body})
        return f"{address}{ours['id']}"

    def issue(self, key: str, title: str, body: str) -> str:
        ours = self._open_issue(key)
        told = {"title": title, "description": body}
        if ours is None:
            ours = self._rest.send("POST", "/issues", told)
        elif (ours["title"], ours["description"]) != (title, body):
            self._rest.send("PUT", f"/issues/{ours['iid']}", told)
        address: str = ours["web_url"]
        return address

    def close_issue(self, key: str, reason: str) -> str | None:
        ours = self._open_issue(key)
        if ours is None:
            return None
        self._rest.send("POST", f"/issues/{ours['iid']}/notes", {"body": reason})
        self._rest.send("PUT", f"/issues/{ours['iid']}", {"state_event": "close"})
        address: str = ours["web_url"]
        return address

    def approval(self, pull_request: int, asked_by: str) -> Approval:
        found = self._rest.get(f"/merge_requests/{pull_request}", include_diverged_commits_count="true")
        if found["state"] != "opened":
            return Approval(found["sha"], ("it is not open",))
        if found["source_project_id"] != found["target_project_id"]:
            return Approval(found["sha"], ("it comes from a fork: merge it, and what is merged is applied",))
        return Approval(found["sha"], tuple(self._refusals(found, asked_by)))

    def _refusals(self, found: Any, asked_by: str) -> Iterator[str]:  # noqa: ANN401  GitLab's JSON
        if not self._may_write(asked_by):
            yield f"{asked_by} is no developer of this project"
        approvals = self._rest.get(f"/merge_requests/{found['iid']}/approvals")
        others = [each["user"]["username"] for each in approvals["approved_by"]]
        if not [name for name in others if name != found["author"]["username"]]:
            yield "nobody else has approved it"
        behind = found["diverged_commits_count"]
        if behind:
            yield f"it lacks {behind} commit{'s' if behind != 1 else ''} of {found['target_branch']}: rebase it"
        if found["detailed_merge_status"] != "mergeable":
            yield f"GitLab would not merge it ({found['detailed_merge_status']})"

    def _may_write(self, username: str) -> bool:
        members = self._rest.get("/members/all", query=username, per_page=100)
        return any(each["username"] == username and each["access_level"] >= _DEVELOPER for each in members)

    def merge(self, pull_request: int, sha: str, method: str) -> str:
        body = {"sha": sha, "squash": method == "squash"}
        merged = self._rest.send("PUT", f"/merge_requests/{pull_request}/merge", body)
        commit: str = merged.get("merge_commit_sha") or merged.get("squash_commit_sha") or merged["sha"]
        return commit

    def propose(self, proposal: Proposal) -> str:
        base = self._rest.get("")["default_branch"]
        if not self._is_there(proposal, base):
            self._put_branch(proposal, base)
        told = {"title": proposal.title, "description": proposal.body}
        existing = self._open_request(proposal, base)
        if existing:
            answer = self._rest.send("PUT", f"/merge_requests/{existing['iid']}", told)
        else:
            new = {**told, "source_branch": proposal.branch, "target_branch": base, "remove_source_branch": True}
            answer = self._rest.send("POST", "/merge_requests", new)
        address: str = answer["web_url"]
        return address

    def withdraw(self, proposal: Proposal, reason: str) -> str | None:
        base = self._rest.get("")["default_branch"]
        existing = self._open_request(proposal, base)
        if existing is None:
            return None
        self._commits_of(proposal, base)
        self._rest.send("POST", f"/merge_requests/{existing['iid']}/notes", {"body": reason})
        self._rest.send("PUT", f"/merge_requests/{existing['iid']}", {"state_event": "close"})
        address: str = existing["web_url"]
        return address

    def _open_request(self, proposal: Proposal, base: str) -> Any:  # noqa: ANN401  GitLab's JSON
        query = {"source_branch": proposal.branch, "target_branch": base}
        return next(iter(self._rest.get("/merge_requests", state="opened", **query)), None)

    def _commits_of(self, proposal: Proposal, base: str) -> list[Any]:
        """What the branch has and the default branch has not, the oldest first; raises TakenOverError."""
        if self._rest.find(f"/repository/branches/{quote(proposal.branch, safe='')}") is None:
            return []
        found = self._rest.get("/repository/compare", **{"from": base, "to": proposal.branch})["commits"]
        proposal.refuse_others(Found(each["message"], each["authored_date"], each["committed_date"]) for each in found)
        return list(found)

    def _is_there(self, proposal: Proposal, base: str) -> bool:
        """Whether the branch has just these commits already: new ones would throw away the reviews."""
        found = self._commits_of(proposal, base)
        parent = proposal.parent or self._rest.get(f"/repository/branches/{quote(base, safe='')}")["commit"]["id"]
        if not found or found[0]["parent_ids"] != [parent]:
            return False
        if [each["message"].strip() for each in found] != [each.message.strip() for each in proposal.commits]:
            return False
        texts = {path: text for each in proposal.commits for path, text in each.files.items()}
        return all(self._text(path, proposal.branch) == text for path, text in texts.items())

    def _put_branch(self, proposal: Proposal, base: str) -> None:
        start = {"start_sha": proposal.parent} if proposal.parent else {"start_branch": base}
        how: dict[str, Any] = {**start, "force": True}
        known: dict[str, bool] = {}
        for each in proposal.commits:
            actions = []
            for path, text in each.files.items():
                there = known.get(path, self._text(path, proposal.parent or base) is not None)
                action = "delete" if text is None else "update" if there else "create"
                actions.append({"action": action, "file_path": path} | ({} if text is None else {"content": text}))
                known[path] = text is not None
            made = {"branch": proposal.branch, "commit_message": each.message, "actions": actions}
            self._rest.send("POST", "/repository/commits", {**made, **how})
            how = {}

    def _text(self, path: str, reference: str) -> str | None:
        found = self._rest.find(f"/repository/files/{quote(path, safe='')}?ref={quote(reference, safe='')}")
        return None if found is None else b64decode(found["content"]).decode(errors="replace")

    def _open_issue(self, key: str) -> Any:  # noqa: ANN401
        listed = self._rest.pages("/issues", state="opened", scope="all")
        return next(self._ours(listed, key, "description"), None)

    def _ours(self, listed: Iterator[Any], key: str, text: str) -> Iterator[Any]:
        self._author = self._author or self._instance.get("/user")["id"]
        for each in listed:
            if each["author"]["id"] == self._author and (each[text] or "").startswith(marker(key)):
                yield each
