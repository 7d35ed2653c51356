"""Git, and what runs Remit in CI."""

from __future__ import annotations

from collections.abc import Iterator

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Repository

_SAYS = Says("git and CI")


def check_repository(repository: Repository, *, promotion: bool) -> Iterator[Finding]:
    if not repository.is_git:
        yield _SAYS.warning("the project is in no git repository: nobody sees who changed what", "git init")
        return
    if repository.host and "gitlab" in repository.host and not repository.has_gitlab_ci:
        yield _SAYS.note(f"the remote is {repository.host}, and there is no .gitlab-ci.yml", "copy docs/gitlab-ci.yml")
    elif repository.missing_workflows and not repository.has_gitlab_ci:
        missing = ", ".join(repository.missing_workflows)
        yield _SAYS.note(f"no workflow {missing} in .github/workflows", "docs/ci.md: what each of them is for")
    else:
        yield _SAYS.ok("a git repository, with what runs Remit in CI")
    if not promotion:
        message = "the stacks have no order, so that CI applies none"
        yield _SAYS.note(message, "write `promotion: [dev, prod]` in organization.yaml")
    for name in repository.unset_variables if repository.in_github_actions else ():
        yield _SAYS.warning(f"{name} is not set in this job", "docs/ci.md: the variables of the repository")
