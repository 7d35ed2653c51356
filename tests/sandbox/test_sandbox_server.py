"""The sandbox as a program: what it prints, how it stops, what it tells, how much it bears."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import boto3
import pytest

from sandbox.server import Sandbox
from sandbox.sso_admin.instance import AssignmentKey
from tests.sandbox.cloud import DEV, ENGINEERS, INSTANCE, Cloud, organization, running

SNAPSHOT = """\
organization_id: o-a1b2c3d4e5
management_account: "111111111111"
accounts:
  - {id: "111111111111", name: management}
  - {id: "222222222222", name: dev, ou: Workloads/Dev}
"""


@pytest.mark.parametrize("interrupt", [signal.SIGTERM, signal.SIGINT])
def test_the_program_says_ready_serves_and_stops_cleanly(tmp_path: Path, interrupt: signal.Signals):
    path = tmp_path / "organization.yaml"
    path.write_text(SNAPSHOT)
    command = [sys.executable, "-m", "sandbox", "--organization", str(path), "--limits"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        ready = program.stdout.readline().split()
        assert ready[0] == "READY"
        client = boto3.client(
            "organizations", "us-east-1", endpoint_url=ready[1], aws_access_key_id="x", aws_secret_access_key="x"
        )
        assert len(client.list_accounts()["Accounts"]) == 2
        client.close()
        program.send_signal(interrupt)
        assert "export AWS_ENDPOINT_URL=" in program.stdout.read()
        assert program.wait(10) == 0


def test_a_bad_snapshot_is_explained_and_exits_with_2(tmp_path: Path):
    missing = str(tmp_path / "none.yaml")
    command = [sys.executable, "-m", "sandbox", "--organization", missing]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "none.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_environment_variables_are_all_that_a_client_needs(cloud: Cloud):
    program = "import boto3; print(boto3.client('organizations').describe_organization()['Organization']['Id'])"
    environment = {"PATH": os.environ["PATH"], **cloud.sandbox.environment()}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "o-a1b2c3d4e5"


def test_calls_are_counted_by_operation_and_by_account(cloud: Cloud):
    cloud.client("iam", DEV).list_roles()
    assert cloud.control("GET", "calls") == {"iam:ListRoles": 1, "sts:AssumeRole": 1}
    assert cloud.control("GET", "calls?by=account")[DEV] == {"iam:ListRoles": 1}
    cloud.control("DELETE", "calls")
    assert cloud.control("GET", "calls") == {}


def test_the_state_is_the_same_for_the_same_history():
    def history() -> object:
        with running() as cloud:
            cloud.policy(DEV)
            arn = cloud.permission_set(Tags=[{"Key": "a", "Value": "b"}])
            cloud.assign(arn)
            return cloud.control("GET", "state")

    first = history()
    assert first == history()
    assert isinstance(first, dict)
    assert [each["principal"] for each in first["assignments"]] == ["engineers"]


def test_a_new_sandbox_knows_nothing_of_the_last(cloud: Cloud):
    cloud.policy(DEV)
    with running() as other:
        assert other.control("GET", "state") == {"managed_policies": {}, "permission_sets": [], "assignments": []}


def test_its_own_endpoints_say_what_is_wrong(cloud: Cloud):
    for method, path, body in [
        ("GET", "nothing", None),
        ("PUT", f"accounts/{DEV}", {"state": "ASLEEP"}),
        ("PUT", "accounts/999999999999", {"state": "ACTIVE"}),
    ]:
        with pytest.raises(OSError, match="HTTP Error 4"):
            cloud.control(method, path, body)


def test_a_service_that_nobody_simulates_is_refused(cloud: Cloud):
    with pytest.raises(Exception, match="does not simulate"):
        cloud.client("connectcases").list_domains()


def test_other_services_are_motos(cloud: Cloud):
    cloud.client("s3", DEV).create_bucket(Bucket="state")
    assert [each["Name"] for each in cloud.client("s3", DEV).list_buckets()["Buckets"]] == ["state"]
    cloud.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
    assert cloud.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"] == "b"


def test_one_assignment_is_found_among_200_000():
    with Sandbox(organization()) as sandbox:
        instance = sandbox.world.instance
        for number in range(200_000):
            instance.assign(AssignmentKey(f"{number % 2000:012d}", f"ps-{number % 50}", "GROUP", f"g-{number // 2000}"))
        instance.assign(AssignmentKey(DEV, INSTANCE, "GROUP", ENGINEERS))
        assert instance.principals(DEV, INSTANCE) == [("GROUP", ENGINEERS)]
        assert instance.pairs("GROUP", ENGINEERS) == [(DEV, INSTANCE)]
        assert len(list(instance.assignments())) == 200_001


def test_a_connection_serves_many_calls_and_ends_with_the_sandbox():
    with Sandbox(organization()) as sandbox:
        host = sandbox.url.removeprefix("http://")
        connection = HTTPConnection(host, timeout=10)
        connection.connect()
        opened = connection.sock
        for _ in range(3):
            connection.request("POST", "/", b"{}", {"X-Amz-Target": "AWSOrganizationsV20161128.NoSuchCall"})
            assert connection.getresponse().read()
        connection.request("GET", "/_sandbox/calls")
        assert json.load(connection.getresponse()) == {"organizations:NoSuchCall": 3}
        assert connection.sock is opened
    assert opened.recv(1) == b""
    connection.close()
