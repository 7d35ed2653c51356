"""A small catalog and organization in a folder of their own, and the command line in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remit.cli.main import remit

CATALOG = """\
managed_policies:
  - name: Guardrail
    targets: "*"
    statements: [{Effect: Deny, Action: "iam:*", Resource: "*"}]
permission_sets:
  - {name: Engineer, session_duration: 8h, customer_managed_policies: [Guardrail]}
access:
  - {groups: [engineers], permission_sets: [Engineer], targets: "*", except: ["account:shop-dev"]}
  - {groups: [engineers], permission_sets: [Engineer], targets: "account:shop-dev", expires: 2026-06-30}
"""
ORGANIZATION = """\
organization_id: o-1
management_account: "100000000000"
accounts:
  - {id: "100000000000", name: management}
  - {id: "200000000001", name: shop-prod, ou: Workloads/Prod}
  - {id: "200000000002", name: shop-dev, ou: Workloads/Dev}
groups: [{id: g-1, name: engineers}]
instance_arn: arn:aws:sso:::instance/ssoins-1111111111111111
identity_store_id: d-1
"""

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with policies/, org.yaml, Pulumi.yaml and Pulumi.prod.yaml; the current one."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "all.yaml").write_text(CATALOG)
    (tmp_path / "org.yaml").write_text(ORGANIZATION)
    (tmp_path / "Pulumi.yaml").write_text("name: remit\n")
    (tmp_path / "Pulumi.prod.yaml").write_text('config: {"remit:scope": ["ou:Workloads/Prod"]}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Runs the command line in the project: `run("plan", "--json")`."""
    assert project.is_dir()
    return lambda *arguments: CliRunner().invoke(remit, arguments)
