"""What `remit doctor` reads on this machine, and how it shows what it found."""

from __future__ import annotations

import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from remit.cli.doctor_project import LocalProject, _host, _is_loopback
from remit.cli.doctor_text import print_findings, summary
from remit.doctor.finding import Finding, Grade
from tests.unit.cli.conftest import Run
from tests.unit.small_world import AT

PULUMI = """#!/bin/sh
case "$1" in
  version) echo v3.260.0 ;;
  whoami) printf 'User: ann\\nBackend URL: s3://shop-state\\n' ;;
  stack) [ -z "$BROKEN" ] || { echo 'error: NoSuchBucket' >&2; exit 1; } ;;
esac
"""


@pytest.fixture
def tools(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pulumi of our own alone on PATH, with its language host and a plugin."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pulumi", "pulumi-language-python"):
        (folder / name).write_text(PULUMI)
        (folder / name).chmod(0o755)
    (tmp_path / "home" / "plugins" / "resource-aws-native-v1.84.0").mkdir(parents=True)
    (tmp_path / "home" / "plugins" / "resource-aws-native-v1.84.0.lock").touch()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert project.is_dir()
    return tmp_path


def local(tools: Path, **environment: str) -> LocalProject:
    return LocalProject(None, None, AT, {"PULUMI_HOME": str(tools / "home"), **environment})


def test_tools_are_read_from_where_they_are(tools: Path) -> None:
    (tools / "requirements.txt").write_text("# pins\nclick==8.5.1\nmoto[iam,sts]==0.0.1\nno-such==1.0\n")
    (tools / "Pulumi.yaml").write_text("name: remit\nruntime: {name: python, options: {virtualenv: .venv}}\n")
    found = local(tools, AWS_ENDPOINT_URL="http://127.0.0.1:1").tools()
    assert (found.engine, found.pulumi, found.language_host) == ("pulumi", "v3.260.0", True)
    assert (found.plugins, found.virtualenv_missing, found.loopback) == (("1.84.0",), ".venv", True)
    assert found.packages["moto"][0] == "0.0.1"
    assert found.packages["no-such"] == ("1.0", "")


def test_the_backend_is_what_pulumi_is_logged_in_to_and_is_asked(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert local(tools).backend().url == "s3://shop-state"
    assert local(tools, PULUMI_BACKEND_URL="s3://other", CI="true").backend().in_ci
    monkeypatch.setenv("BROKEN", "1")
    assert "NoSuchBucket" in local(tools).backend().trouble


def test_how_a_stack_is_encrypted_stands_in_its_file(tools: Path) -> None:
    (tools / "Pulumi.dev.yaml").write_text("secretsprovider: awskms://alias/remit\nencryptedkey: a\n")
    (tools / "Pulumi.prod.yaml").write_text("encryptionsalt: v1:a\n")
    (tools / "Pulumi.test.yaml").write_text("config: {}\n")
    found = local(tools, PULUMI_CONFIG_PASSPHRASE="").encryption()
    assert [each.provider for each in found] == ["awskms://alias/remit", "passphrase", ""]
    assert {each.passphrase for each in found} == {"empty"}
    assert local(tools, PULUMI_CONFIG_PASSPHRASE_FILE="x").encryption()[0].passphrase == "set"


def test_the_repository_is_the_one_that_the_project_is_in(tools: Path) -> None:
    assert not local(tools).repository().is_git
    git = ["git", "-C", str(tools)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "remote", "add", "origin", "git@gitlab.example.com:iam/remit.git"], check=True)
    (tools / ".github" / "workflows").mkdir(parents=True)
    (tools / ".github" / "workflows" / "apply.yml").touch()
    found = local(tools).repository()
    assert (found.is_git, found.host) == (True, "gitlab.example.com")
    assert found.missing_workflows == ("preview", "drift", "expire")


@pytest.mark.parametrize(
    ("remote", "host"),
    [
        ("git@github.com:o/n.git", "github.com"),
        ("https://user@gitlab.example.com:8443/o/n", "gitlab.example.com"),
        ("ssh://git@git.example.com:22/o/n", "git.example.com"),
    ],
)
def test_the_host_of_a_remote_is_found(remote: str, host: str) -> None:
    assert _host(remote) == host


def test_loopback_is_an_address_of_this_machine_alone() -> None:
    assert _is_loopback("http://127.0.0.1:4599")
    assert _is_loopback("http://localhost:1")
    assert not _is_loopback("https://sts.amazonaws.com")
    assert not _is_loopback("")


def test_a_stack_without_a_file_and_a_snapshot_that_is_none_are_bad_options(run: Run) -> None:
    assert run("doctor", "--stack", "nope").exit_code == 2
    assert run("doctor", "--organization", "nope.yaml").exit_code == 2


def test_a_wrong_stack_file_is_told_at_its_line_and_ends_in_2(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(project / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(project / "none"))
    (project / "Pulumi.prod.yaml").write_text('config:\n  "remit:scope": ["oh:no"]\n')
    done = run("doctor", "--stack", "prod", "--organization", "org.yaml")
    assert done.exit_code == 2
    assert "Pulumi.prod.yaml:2: remit:scope: " in done.stdout
    assert "no AWS credentials for sts:GetCallerIdentity" in done.stdout
    assert "\x1b" not in done.stdout


def many(count: int) -> list[Finding]:
    words = "sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/a is not authorized to perform it there"
    failing = [Finding("spoke roles", Grade.ERROR, words, "make it", f"account-{number}") for number in range(count)]
    return [Finding("tools", Grade.OK, "Python"), *failing, Finding("quotas", Grade.UNCHECKED, "later")]


def shown(findings: list[Finding], width: int) -> str:
    """On a terminal of that width without colours."""
    out = StringIO()
    print_findings(Console(file=out, width=width, force_terminal=True, no_color=True, color_system=None), findings)
    return out.getvalue()


def test_many_accounts_with_the_same_trouble_are_named_in_a_few_lines() -> None:
    text = shown(many(1_000), 80)
    assert text.count("sts:AssumeRole was denied") == 3
    assert "and 997 more: account-3, account-4" in " ".join(text.split())
    assert "account-999" in text
    assert shown(many(4), 80).count("sts:AssumeRole was denied") == 4


def test_it_fits_a_terminal() -> None:
    lines = shown(many(2), 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert "               → make it" in [line.rstrip() for line in lines]


def test_the_last_line_counts() -> None:
    assert summary(many(2)) == "2 errors, 1 fine, 1 not checked"
