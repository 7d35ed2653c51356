"""GitHub's REST API (2022-11-28): https://docs.github.com/rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from remit.ci.bodies import marker
from remit.ci.host import Approval, Found, HostError, Proposal
from remit.ci.rest import Rest

_REMEDIES = {
    401: "GITHUB_TOKEN is wrong or has ended",
    403: "the job's `permissions:` may lack something (issues, pull-requests or contents: write)",
    404: "GITHUB_REPOSITORY or the number is wrong, or the token may not see it",
}
_WRITES = {"admin", "write"}
_GOOD = {"success", "neutral", "skipped"}


class GitHub:
    """One repository. `author` is the account that GITHUB_TOKEN writes as."""

    body_limit: ClassVar[int] = 65_536

    def __init__(self, repository: str, token: str, url: str, author: str = "github-actions[bot]") -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._rest = Rest("GitHub", f"{url.rstrip('/')}/repos/{repository}", headers, _REMEDIES)
        self._repository = repository
        self._author = author

    def comment(self, pull_request: int, key: str, body: str) -> str:
        listed = self._rest.pages(f"/issues/{pull_request}/comments")
        ours = next(self._ours(listed, key), None)
        if ours is None:
            return _address(self._rest.send("POST", f"/issues/{pull_request}/comments", {"body": body}))
        if ours["body"] != body:
            self._rest.send("PATCH", f"/issues/comments/{ours['id']}", {"body": body})
        return _address(ours)

    def issue(self, key: str, title: str, body: str) -> str:
        ours = self._open_issue(key)
        if ours is None:
            return _address(self._rest.send("POST", "/issues", {"title": title, "body": body}))
        if (ours["title"], ours["body"]) != (title, body):
            self._rest.send("PATCH", f"/issues/{ours['number']}", {"title": title, "body": body})
        return _address(ours)

    def close_issue(self, key: str, reason: str) -> str | None:
        ours = self._open_issue(key)
        if ours is None:
            return None
        self._rest.send("POST", f"/issues/{ours['number']}/comments", {"body": reason})
        closed = {"state": "closed", "state_reason": "completed"}
        return _address(self._rest.send("PATCH", f"/issues/{ours['number']}", closed))

    def approval(self, pull_request: int, asked_by: str) -> Approval:
        found = self._rest.get(f"/pulls/{pull_request}")
        sha = found["head"]["sha"]
        if found["state"] != "open":
            return Approval(sha, ("it is not open",))
        if (found["head"]["repo"] or {}).get("full_name") != found["base"]["repo"]["full_name"]:
            return Approval(sha, ("it comes from a fork: merge it, and what is merged is applied",))
        return Approval(sha, tuple(self._refusals(found, sha, asked_by)))

    def _refusals(self, found: Any, sha: str, asked_by: str) -> Iterator[str]:  # noqa: ANN401  GitHub's JSON
        if not self._may_write(asked_by):
            yield f"{asked_by} may not write to {self._repository}"
        if found["draft"]:
            yield "it is a draft"
        yield from self._review_refusals(found, sha)
        base = quote(found["base"]["ref"], safe="")
        behind = self._rest.get(f"/compare/{base}...{sha}")["behind_by"]
        if behind:
            yield f"it lacks {behind} commit{'s' if behind != 1 else ''} of {found['base']['ref']}: update the branch"
        yield from self._check_refusals(sha)
        if found.get("mergeable_state") in {"dirty", "blocked"}:
            yield f"GitHub would not merge it ({found['mergeable_state']}): see the box at its end"

    def _review_refusals(self, found: Any, sha: str) -> Iterator[str]:  # noqa: ANN401
        last: dict[str, Any] = {}
        for review in self._rest.pages(f"/pulls/{found['number']}/reviews"):
            if review["user"] and review["state"] in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}:
                last[review["user"]["login"]] = review
        for login, review in last.items():
            if review["state"] == "CHANGES_REQUESTED" and self._may_write(login):
                yield f"{login} asked for changes"
        approving = [
            login
            for login, review in last.items()
            if review["state"] == "APPROVED" and review["commit_id"] == sha and login != found["user"]["login"]
        ]
        if not any(self._may_write(login) for login in approving):
            yield f"nobody else who may write has approved {sha[:7]}"

    def _check_refusals(self, sha: str) -> Iterator[str]:
        runs = self._rest.get(f"/commits/{sha}/check-runs", per_page=100)["check_runs"]
        for run in runs:
            if run["conclusion"] not in _GOOD:
                yield f"the check {run['name']} is {run['conclusion'] or run['status']}"

    def _may_write(self, login: str) -> bool:
        found = self._rest.find(f"/collaborators/{quote(login, safe='')}/permission")
        return found is not None and found["permission"] in _WRITES

    def merge(self, pull_request: int, sha: str, method: str) -> str:
        merged = self._rest.send("PUT", f"/pulls/{pull_request}/merge", {"sha": sha, "merge_method": method})
        commit: str = merged["sha"]
        return commit

    def propose(self, proposal: Proposal) -> str:
        base = self._rest.get("")["default_branch"]
        self._put_branch(proposal, base)
        existing = self._open_pull(proposal, base)
        told = {"title": proposal.title, "body": proposal.body}
        if existing:
            return _address(self._rest.send("PATCH", f"/pulls/{existing['number']}", told))
        return _address(self._rest.send("POST", "/pulls", {**told, "head": proposal.branch, "base": base}))

    def withdraw(self, proposal: Proposal, reason: str) -> str | None:
        base = self._rest.get("")["default_branch"]
        existing = self._open_pull(proposal, base)
        if existing is None:
            return None
        self._refuse_others(proposal, base)
        self._rest.send("POST", f"/issues/{existing['number']}/comments", {"body": reason})
        return _address(self._rest.send("PATCH", f"/pulls/{existing['number']}", {"state": "closed"}))

    def _open_pull(self, proposal: Proposal, base: str) -> Any:  # noqa: ANN401  GitHub's JSON
        head = f"{self._repository.partition('/')[0]}:{proposal.branch}"
        return next(iter(self._rest.get("/pulls", state="open", head=head, base=base)), None)

    def _refuse_others(self, proposal: Proposal, base: str) -> None:
        there = self._rest.get(f"/compare/{quote(base)}...{quote(proposal.branch)}")["commits"]
        commits = [each["commit"] for each in there]
        proposal.refuse_others(
            Found(each["message"], each["author"]["date"], each["committer"]["date"]) for each in commits
        )

    def _put_branch(self, proposal: Proposal, base: str) -> None:
        parent = proposal.parent or self._rest.get(f"/git/ref/heads/{quote(base)}")["object"]["sha"]
        name = quote(proposal.branch)
        existing = self._rest.find(f"/git/ref/heads/{name}")
        if existing:
            self._refuse_others(proposal, base)
        trees = self._trees(proposal, self._rest.get(f"/git/commits/{parent}")["tree"]["sha"])
        if existing and self._is(existing["object"]["sha"], proposal, trees, parent):
            return  # the same again: a new commit would throw away the reviews
        commit = parent
        for each, tree in zip(proposal.commits, trees, strict=True):
            made = {"message": each.message, "tree": tree, "parents": [commit]}
            commit = self._rest.send("POST", "/git/commits", made)["sha"]
        if existing:
            self._rest.send("PATCH", f"/git/refs/heads/{name}", {"sha": commit, "force": True})
        else:
            self._rest.send("POST", "/git/refs", {"ref": f"refs/heads/{proposal.branch}", "sha": commit})

    def _trees(self, proposal: Proposal, tree: str) -> list[str]:
        """That of each commit, after the other."""
        found = []
        for commit in proposal.commits:
            changed = [
                {"path": path, "mode": "100644", "type": "blob"}
                | ({"sha": None} if text is None else {"content": text})
                for path, text in commit.files.items()
            ]
            tree = self._rest.send("POST", "/git/trees", {"base_tree": tree, "tree": changed})["sha"]
            found.append(tree)
        return found

    def _is(self, commit: str, proposal: Proposal, trees: Sequence[str], parent: str) -> bool:
        """Whether a commit is the last of these."""
        for each, tree in zip(reversed(proposal.commits), reversed(trees), strict=True):
            found = self._rest.get(f"/git/commits/{commit}")
            if (found["tree"]["sha"], found["message"].strip()) != (tree, each.message.strip()):
                return False
            commit = found["parents"][0]["sha"] if len(found["parents"]) == 1 else ""
        return commit == parent

    def _open_issue(self, key: str) -> Any:  # noqa: ANN401
        listed = self._rest.pages("/issues", state="open", creator=self._author)
        issues = (issue for issue in listed if "pull_request" not in issue)
        return next(self._ours(issues, key), None)

    def _ours(self, listed: Iterator[Any], key: str) -> Iterator[Any]:
        for each in listed:
            written_by = (each["user"] or {}).get("login")
            if written_by == self._author and (each["body"] or "").startswith(marker(key)):
                yield each


def _address(answer: Any) -> str:  # noqa: ANN401
    if not isinstance(answer, dict) or "html_url" not in answer:
        raise HostError("GitHub answered without an address: is GITHUB_API_URL right?")
    address: str = answer["html_url"]
    return address
