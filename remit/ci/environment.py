"""Which host a job runs at, and where its own page is, from the environment that the host gives its jobs."""

from __future__ import annotations

from collections.abc import Mapping

from remit.ci.github import GitHub
from remit.ci.gitlab import GitLab
from remit.ci.host import Host, HostError


def host_of(environment: Mapping[str, str]) -> Host:
    """GitHub where GITHUB_REPOSITORY is set, GitLab where CI_PROJECT_ID is. Raises HostError for what is missing."""
    if repository := environment.get("GITHUB_REPOSITORY"):
        url = environment.get("GITHUB_API_URL") or "https://api.github.com"
        author = environment.get("REMIT_CI_AUTHOR") or "github-actions[bot]"
        return GitHub(
            repository, _needed(environment, "GITHUB_TOKEN", "env: {GITHUB_TOKEN: ${{ github.token }}}"), url, author
        )
    if project := environment.get("CI_PROJECT_ID"):
        url = environment.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
        return GitLab(
            project, _needed(environment, "GITLAB_TOKEN", "a project access token, as a masked variable"), url
        )
    raise HostError(
        "this is no CI job: neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set "
        "(to try it from here, set GITHUB_REPOSITORY=OWNER/NAME and GITHUB_TOKEN)"
    )


def run_address(environment: Mapping[str, str]) -> str:
    """The page of the run that this job belongs to; empty outside of CI."""
    if run := environment.get("GITHUB_RUN_ID"):
        server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
        return f"{server}/{environment.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    return environment.get("CI_PIPELINE_URL", "")


def _needed(environment: Mapping[str, str], name: str, how: str) -> str:
    value = environment.get(name)
    if not value:
        raise HostError(f"{name} is not set ({how})")
    return value
