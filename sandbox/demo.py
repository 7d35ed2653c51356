"""`make demo`: the main job on the example organization, with nothing but Python.

Starts a sandbox, previews and applies the catalog, tampers by hand as people do, shows the drift and reverts
it. Every line that starts with `$` is a real command, run for real; long output is cut, and says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3

from remit.organization import Account, Organization, Principal
from remit.snapshot import read_snapshot

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".demo"
STACK = "sandbox"
SEED = ROOT / "sandbox" / "organization.yaml"
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


def main() -> None:
    started = time.monotonic()
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir()
    organization = read_snapshot(SEED)
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--organization", str(SEED), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = _url_of(sandbox)
        _say(
            f"A simulated AWS organization of {len(organization.accounts)} accounts answers at {url}.",
            "No AWS account and no Pulumi CLI are needed; the program does not know the difference.",
        )
        _tell_the_story(organization, url, _environment(url))
    finally:
        sandbox.terminate()
        sandbox.wait()
    _say(f"That was the main job, in {time.monotonic() - started:.0f} s. Try next:")
    print(NEXT)


def _tell_the_story(organization: Organization, url: str, environment: dict[str, str]) -> None:
    _say("1. What the catalog in policies/ comes to: no call that writes, the same bytes every time.")
    _remit(environment, "plan", "--stack", STACK, lines=12)
    _say("2. Carry it out: policies in each account, permission sets, then who gets them where.")
    _remit(environment, "stack", "init", STACK, lines=2)
    _remit(environment, "up", "--stack", STACK, "--yes", "--skip-preview", lines=12)

    _say("3. Someone tampers by hand, in three places:")
    for deed in _tamper(organization, url):
        print(f"   - {deed}")

    _say("4. A refresh shows each of them, the assignment that no state ever knew included:")
    _remit(environment, "refresh", "--stack", STACK, "--preview-only", "--diff", lines=90)
    _say("5. `up` reverts them, and nothing else:")
    _remit(environment, "up", "--stack", STACK, "--refresh", "--yes", "--skip-preview", lines=12)
    _say("6. What is there is what the catalog says:")
    _remit(environment, "preview", "--stack", STACK, "--refresh", "--expect-no-changes", lines=6)


NEXT = f"""
  remit explain --organization sandbox/organization.yaml --account payments-prod
                                    who gets in there, by which rule, at which file and line
  $EDITOR policies/access/*.yaml    change who may do what, then
  remit plan --organization sandbox/organization.yaml
                                    see what it comes to, offline
  make sandbox                      keep the simulated organization running, to play with
  docs/concepts.md                  how it fits together; docs/catalog.md: the language

{DIM}(`remit` is .venv/bin/remit.){PLAIN}"""


def _tamper(organization: Organization, url: str) -> list[str]:
    """Three changes by hand, through AWS's own API. Returns what was done, in words."""
    session = boto3.Session(aws_access_key_id="somebody", aws_secret_access_key="else", region_name="us-east-1")  # noqa: S106
    sso: Any = session.client("sso-admin", endpoint_url=url)
    payments, orders = _account(organization, "payments-prod"), _account(organization, "orders-dev")
    contractors, sre = _group(organization, "contractors"), _group(organization, "sre")
    sets = _permission_sets(sso, organization.instance_arn)
    sso.create_account_assignment(**_assignment(organization, sets["Administrator"], payments, contractors))
    operator_in = _account(organization, "orders-prod")
    sso.delete_account_assignment(**_assignment(organization, sets["Operator"], operator_in, sre))
    _widen_policy(session, url, orders)
    return [
        f"{contractors.name} get Administrator in {payments.name} ({payments.id}), clicked together in the console",
        f"{sre.name} lose Operator in {operator_in.name} ({operator_in.id})",
        f"the policy EngineeringGuardrail in {orders.name} ({orders.id}) now allows everything",
    ]


def _widen_policy(session: boto3.Session, url: str, account: Account) -> None:
    keys = session.client("sts", endpoint_url=url).assume_role(
        RoleArn=f"arn:aws:iam::{account.id}:role/RemitSpoke", RoleSessionName="somebody"
    )["Credentials"]
    inside = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    inside.client("iam", endpoint_url=url).create_policy_version(
        PolicyArn=f"arn:aws:iam::{account.id}:policy/remit/EngineeringGuardrail",
        PolicyDocument=json.dumps(everything),
        SetAsDefault=True,
    )


def _permission_sets(sso: Any, instance_arn: str) -> dict[str, str]:  # noqa: ANN401 - a boto3 client
    arns = sso.list_permission_sets(InstanceArn=instance_arn)["PermissionSets"]
    described = (sso.describe_permission_set(InstanceArn=instance_arn, PermissionSetArn=arn) for arn in arns)
    return {answer["PermissionSet"]["Name"]: answer["PermissionSet"]["PermissionSetArn"] for answer in described}


def _assignment(organization: Organization, arn: str, account: Account, group: Principal) -> dict[str, str]:
    return {
        "InstanceArn": organization.instance_arn,
        "PermissionSetArn": arn,
        "TargetId": account.id,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": "GROUP",
        "PrincipalId": group.id,
    }


def _account(organization: Organization, name: str) -> Account:
    return next(account for account in organization.accounts if account.name == name)


def _group(organization: Organization, name: str) -> Principal:
    return next(group for group in organization.groups if group.name.split("@")[0] == name)


def _url_of(sandbox: subprocess.Popen[str]) -> str:
    assert sandbox.stdout  # noqa: S101 - it was asked for
    for line in sandbox.stdout:
        if line.startswith("READY "):
            return line.split()[1]
    raise SystemExit("the sandbox did not start; its own words stand above")


def _environment(url: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "PULUMI_BACKEND_URL": f"file://{STATE}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _remit(environment: dict[str, str], *arguments: str, lines: int) -> None:
    _run(environment, str(Path(sys.executable).parent / "remit"), *arguments, lines=lines)


def _run(environment: dict[str, str], *command: str, lines: int = 6) -> None:
    """Run it, show its last `lines` lines, and stop the demo if it fails."""
    print(f"\n{BOLD}$ {Path(command[0]).name} {' '.join(command[1:])}{PLAIN}", flush=True)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    output = done.stdout.rstrip().splitlines()
    if len(output) > lines and done.returncode == 0:
        print(f"{DIM}… {len(output) - lines} lines before these …{PLAIN}")
        output = output[-lines:]
    print("\n".join(output), flush=True)
    if done.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed with exit code {done.returncode}")


def _say(*sentences: str) -> None:
    print(f"\n{BOLD}" + "\n".join(sentences) + PLAIN, flush=True)


if __name__ == "__main__":
    main()
