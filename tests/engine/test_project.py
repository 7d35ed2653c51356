"""Pulumi.yaml, the stack's configuration, the guard, and the command line's exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import ConfigurationError, NotLoopbackError, SecretError, StackNotFoundError
from engine.guard import is_loopback, require_loopback
from engine.monitor.requests import seconds
from engine.project import read_configuration, read_project
from tests.engine.stack_project import StackProject

HEAD = "name: proj\nruntime: python\n"


def _configuration(folder: Path, declared: str, stack: str = "") -> dict[str, str]:
    (folder / "Pulumi.yaml").write_text(HEAD + declared)
    (folder / "Pulumi.dev.yaml").write_text(stack)
    return dict(read_configuration(read_project(folder), "dev", {}).values)


def test_defaults_stand_until_the_stack_says_otherwise(tmp_path: Path) -> None:
    declared = """
config:
  a: {type: string, default: x}
  n: {type: integer, default: 3}
  flag: {type: boolean, default: true}
  list: {type: array, items: {type: string}, default: [u, v]}
  aws:region: {value: r}
"""
    assert _configuration(tmp_path, declared, "config: {proj:a: y, other:config:k: {z: 1}}\n") == {
        "proj:a": "y",
        "proj:n": "3",
        "proj:flag": "true",
        "proj:list": '["u","v"]',
        "aws:region": "r",
        "other:k": '{"z":1}',
    }


@pytest.mark.parametrize(
    ("declared", "stack", "error"),
    [
        ("config: {n: {type: integer}}", "config: {proj:n: many}", "must be of type 'integer'"),
        ("config: {n: {type: integer}}", "", "missing configuration value 'n'"),
        ("config: {n: {type: number}}", "config: {proj:n: 1}", "unknown type 'number'"),
        ("", "- a", "a mapping is expected"),
        ("", "a: [", "Pulumi.dev.yaml"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, declared: str, stack: str, error: str) -> None:
    with pytest.raises(ConfigurationError, match=error):
        _configuration(tmp_path, declared, stack)


def test_secret_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="holds a secret"):
        _configuration(tmp_path, "", "config: {proj:a: {secure: v1:abc}}")
    with pytest.raises(SecretError, match="holds a secret"):
        _configuration(tmp_path, "", "config: {proj:a: [{deep: {secure: v1:abc}}]}")
    with pytest.raises(SecretError, match="declared secret"):
        _configuration(tmp_path, "config: {a: {type: string, secret: true}}", "")


def test_a_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(HEAD)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert read_project(below).directory == tmp_path
    with pytest.raises(ConfigurationError, match=r"no Pulumi\.yaml"):
        read_project(Path("/"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://localhost:1", "https://[::1]:5", "http://127.9.9.9"])
def test_loopback_addresses_pass(url: str) -> None:
    assert is_loopback(url)
    require_loopback({"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_IAM": url})


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_ENDPOINT_URL": ""},
        {"AWS_ENDPOINT_URL": "https://iam.amazonaws.com"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1.example.com"},
        {"AWS_ENDPOINT_URL": "http://localhost.example.com"},
        {"AWS_ENDPOINT_URL": "http://10.0.0.1"},
        {"AWS_ENDPOINT_URL": "http://[bad"},
        {"AWS_ENDPOINT_URL": "http://localhost", "AWS_ENDPOINT_URL_STS": "https://sts.amazonaws.com"},
        {"AWS_ENDPOINT_URL": "http://localhost", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    ],
)
def test_nothing_else_passes(environment: dict[str, str]) -> None:
    with pytest.raises(NotLoopbackError):
        require_loopback(environment)


def test_a_run_against_a_real_cloud_is_refused_before_anything_starts(project: StackProject) -> None:
    project.environment["AWS_ENDPOINT_URL"] = "https://iam.amazonaws.com"
    ran = project.run("up", "--yes", text='raise Exception("the program ran")')
    assert ran.code == 2
    assert "must be a loopback address" in ran.err
    assert "the program ran" not in ran.said
    assert project.run("stack", "ls").code == 0


def test_exit_codes_are_those_of_the_pulumi_cli(project: StackProject) -> None:
    assert project.run("preview", "--stack", "none", text="").code == StackNotFoundError.exit_code == 6
    assert project.run("preview", "--no-such-flag").code == 2
    assert project.run("up", "--non-interactive").code == 2
    assert project.run("stack", "init", "dev").code == 1


def test_the_configuration_reaches_the_program(project: StackProject) -> None:
    (project.folder / "Pulumi.dev.yaml").write_text("config:\n  proj:who: me\n  fake:region: r9\n")
    project.up('pulumi.export("who", pulumi.Config().require("who"))\nThing("t")', "--config", "extra=1")
    assert project.run("stack", "output", "who").out == "me\n"
    assert project.resources()["default"]["inputs"] == {"region": "r9"}


def test_a_state_can_be_taken_out_and_put_back(project: StackProject) -> None:
    project.up('Thing("t")')
    exported = project.folder / "state.json"
    assert project.run("stack", "export", "--file", str(exported)).code == 0
    assert project.run("stack", "rm", "dev", "--yes").code == 1
    assert project.run("stack", "rm", "dev", "--yes", "--force").code == 0
    assert project.run("stack", "init", "dev").code == 0
    assert project.run("stack", "import", "--file", str(exported)).code == 0
    project.up(None, "--expect-no-changes")
    assert project.run("stack", "import", "--file", str(project.folder / "Pulumi.yaml")).code == 1


@pytest.mark.parametrize(("text", "expected"), [("1h2m3.5s", 3723.5), ("20m", 1200.0), ("5ms", 0.005), ("", 0.0)])
def test_durations_are_read_as_go_writes_them(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["5", "5 minutes", "m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="duration"):
        seconds(text)


def test_a_state_that_is_put_back_leaves_out_what_was_under_way(project: StackProject) -> None:
    project.up('Thing("t")')
    exported = project.folder / "state.json"
    project.run("stack", "export", "--file", str(exported))
    document = json.loads(exported.read_text())
    thing = document["deployment"]["resources"].pop()
    document["deployment"]["pending_operations"] = [{"resource": thing, "type": "creating"}]
    exported.write_text(json.dumps(document))
    ran = project.run("stack", "import", "--file", str(exported))
    assert f"removing pending operation 'creating' on '{thing['urn']}'" in ran.err
    assert project.pending() == []
