"""The stack file of the bootstrap: what it may say, and what is refused before anything is made."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
import yaml

from bootstrap.settings import PROJECT, Settings, SettingsError
from tests.bootstrap.conftest import LEAST, PROGRAM

DECLARED = yaml.safe_load((PROGRAM / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]


def read(**given: Any) -> Settings:
    values = {**LEAST, **given}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return Settings.read({"aws:region": "us-east-1"} | {f"{PROJECT}:{key}": text for key, text in texts.items()})


def refused(**given: Any) -> list[str]:
    with pytest.raises(SettingsError) as told:
        read(**given)
    return str(told.value).splitlines()


def test_every_setting_is_declared_described_and_has_the_same_default() -> None:
    settings = Settings(repository="", region="")
    camel = {
        each.name.split("_")[0] + "".join(map(str.title, each.name.split("_")[1:])): each for each in fields(Settings)
    }
    assert {key.removeprefix(f"{PROJECT}:") for key in DECLARED} == camel.keys()
    for key, each in camel.items():
        declared = DECLARED[f"{PROJECT}:{key}"]
        assert declared["description"]
        value = getattr(settings, each.name)
        wanted = list(value) if isinstance(value, tuple) else value
        assert declared.get("default", "") == wanted, key


@pytest.mark.parametrize("repository", ["northwind/access", "northwind@123/access@456"])
def test_a_repository_is_named_as_its_tokens_name_it(repository: str) -> None:
    assert read(repository=repository).repository == repository


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("repository", each) for each in ("northwind", "northwind/*", "n?/access", "n/a:environment:prod", "/n/a")),
        ("ciHost", "jenkins"),
        ("issuer", "http://gitlab.example.com"),
        ("oidcProviders", ["token.actions.githubusercontent.com"]),
        *(("branch", each) for each in ("*", "release/*", "ma in", "main:x")),
        *(("environments", [each]) for each in ("*", "prod-*", "prod run", "prod:x")),
        ("region", "Frankfurt"),
        ("spokeRole", "arn:aws:iam::111111111111:role/RemitSpoke"),
        *(("policyPath", each) for each in ("remit", "/remit", "/remit/*/")),
        *(("externalIds", [each]) for each in ("x", "two words")),
        *(("operators", [each]) for each in ("*", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::1:role/x")),
        *(
            ("administrators", [each])
            for each in ("*", "arn:aws:iam::*:role/Admin", "arn:aws:sts::111111111111:assumed-role/Admin/ada")
        ),
        ("enviroments", ["prod-run"]),
        ("organizationalUnits", ["Workloads"]),
        ("delegatedAdministrator", "12345"),
        ("stateBucket", "Remit_State"),
        ("fanOut", "both"),
        ("topics", ["access"]),
        *(("environments", each) for each in ("prod-run", [1])),
        *(("who", each) for each in ("yes", "1")),
    ],
)
def test_what_is_wrong_is_told_with_its_key(key: str, value: Any) -> None:
    (told,) = refused(**{key: value})
    assert told.startswith(f"{PROJECT}:{key}: ")


def test_all_that_is_wrong_is_told_in_one_go() -> None:
    told = refused(repository="x", region="", externalIds=["-"], fanOut="?")
    assert [each.split(":")[1].split()[0] for each in told] == ["repository", "externalIds", "fanOut", "region"]


def test_a_boundary_that_the_spoke_role_could_change_is_refused() -> None:
    (told,) = refused(permissionsBoundary="remit/Boundary")
    assert "where the spoke role may change it" in told
    assert len(refused(policyPath="/", permissionsBoundary="Boundary")) == 1
    for fine in ("Boundary", "remitted/Boundary", "arn:aws:iam::aws:policy/PowerUserAccess"):
        assert read(permissionsBoundary=fine)


def test_nobody_could_apply_without_an_environment_on_github() -> None:
    assert "no job could take the apply role" in refused(environments=[])[0]
    assert read(environments=[], ciHost="gitlab")


def test_settings_that_contradict_each_other_are_refused() -> None:
    assert "delegatedAdministrator" in refused(managementEnvironments=["management-run"])[0]
    elsewhere = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
    assert "is not that of token.actions.githubusercontent.com" in refused(oidcProviders=[elsewhere])[0]
    assert read(oidcProviders=[elsewhere], ciHost="gitlab")


def test_a_host_of_ones_own_signs_by_its_own_address() -> None:
    assert read(issuer="https://github.example.com/_services/token").signer == "github.example.com/_services/token"
    assert read(ciHost="gitlab").signer == "gitlab.com"
