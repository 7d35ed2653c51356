"""Pulumi's checkpoint format: reading what was written is the identity, and foreign fields are kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigurationError, StateError
from engine.state.checkpoint import Operation, Snapshot, parse_deployment, read_checkpoint, write_checkpoint
from engine.state.normal import normalize, without_dangling
from engine.state.resource import Resource, from_json, to_json
from engine.state.secrets import Sealer
from engine.values import Secret

SEALER = Sealer("correct horse")
NOW = datetime(2026, 11, 22, 5, 1, 30, 610105, tzinfo=UTC)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_bags = st.dictionaries(st.text(max_size=6), _json, max_size=3)
_urns = st.builds("urn:pulumi:s::p::t:m:T::{}".format, st.text(max_size=6))
_resources = st.builds(
    Resource,
    urn=_urns,
    type=st.text(min_size=1, max_size=6),
    custom=st.booleans(),
    id=st.text(max_size=6),
    delete=st.booleans(),
    inputs=_bags,
    outputs=_bags,
    parent=st.just("") | _urns,
    protect=st.booleans(),
    dependencies=st.lists(_urns, max_size=3).map(tuple),
    init_errors=st.lists(st.text(), max_size=2).map(tuple),
    property_dependencies=st.dictionaries(st.text(max_size=4), st.lists(_urns, max_size=2).map(tuple), max_size=2),
    custom_timeouts=st.dictionaries(st.sampled_from(["create", "delete"]), st.floats(1, 1e6)),
    created=st.just("") | st.just("2026-11-22T05:01:25.801806058Z"),
    extra=st.just({}) | st.just({"taint": True}),
)


@given(st.lists(_resources, max_size=4), st.lists(_resources, max_size=2))
def test_what_is_written_is_read_again(resources: list[Resource], pending: list[Resource]) -> None:
    snapshot = Snapshot(
        resources=tuple(resources),
        pending=tuple(Operation(resource, "creating") for resource in pending),
        extra={"secrets_providers": {"type": "passphrase"}},
    )
    data = write_checkpoint(snapshot, stack="organization/p/s", now=NOW, sealer=SEALER)
    assert read_checkpoint(data, where="here", sealer=SEALER) == snapshot


def test_a_file_is_what_a_pulumi_cli_expects() -> None:
    written = json.loads(
        write_checkpoint(Snapshot((Resource("urn:x", "t", True),)), stack="organization/p/s", now=NOW, sealer=SEALER)
    )
    manifest = written["checkpoint"]["latest"]["manifest"]
    assert written["version"] == 3
    assert written["checkpoint"]["stack"] == "organization/p/s"
    assert manifest["time"] == "2026-11-22T05:01:30.610105Z"
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()
    assert written["checkpoint"]["latest"]["resources"] == [{"urn": "urn:x", "custom": True, "type": "t"}]


def test_what_a_provider_marked_secret_is_kept_encrypted_and_comes_back_marked() -> None:
    resource = Resource("urn:x", "t", True, outputs={"__inputs": Secret({"k": "very private"})})
    data = write_checkpoint(Snapshot((resource,)), stack="organization/p/s", now=NOW, sealer=SEALER)
    assert b"very private" not in data
    assert read_checkpoint(data, where="here", sealer=Sealer("correct horse")).resources == (resource,)
    with pytest.raises(ConfigurationError, match="passphrase"):
        read_checkpoint(data, where="here", sealer=Sealer("wrong"))


def test_an_empty_deployment_is_an_empty_stack() -> None:
    assert parse_deployment(None) == Snapshot()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version": 2, "checkpoint": {}}', b"null"])
def test_what_is_no_checkpoint_is_told_with_its_place(data: bytes) -> None:
    with pytest.raises(StateError, match=r"dev\.json"):
        read_checkpoint(data, where="dev.json", sealer=SEALER)


def test_references_follow_an_alias_and_the_alias_is_forgotten() -> None:
    provider = Resource(
        "urn:pulumi:s::p::pulumi:providers:x::new",
        "pulumi:providers:x",
        True,
        id="1",
        aliases=("urn:pulumi:s::p::pulumi:providers:x::old",),
    )
    child = Resource(
        "urn:pulumi:s::p::t::c",
        "t",
        True,
        provider="urn:pulumi:s::p::pulumi:providers:x::old::1",
        dependencies=("urn:pulumi:s::p::pulumi:providers:x::old",),
    )
    renamed = normalize([provider, child])
    assert renamed[0].aliases == ()
    assert renamed[1].provider == "urn:pulumi:s::p::pulumi:providers:x::new::1"
    assert renamed[1].dependencies == ("urn:pulumi:s::p::pulumi:providers:x::new",)


def test_an_orphan_goes_to_its_grandparent() -> None:
    top = Resource("urn:top", "t", False)
    leaf = Resource(
        "urn:leaf",
        "t",
        True,
        parent="urn:gone",
        dependencies=("urn:gone", "urn:top"),
        property_dependencies={"a": ("urn:gone",), "b": ("urn:top",)},
        deleted_with="urn:gone",
    )
    kept = without_dangling([top, leaf])[1]
    assert kept.parent == ""
    assert kept.dependencies == ("urn:top",)
    assert kept.property_dependencies == {"b": ("urn:top",)}
    assert kept.deleted_with == ""


@given(_resources)
def test_defaults_are_left_out(resource: Resource) -> None:
    written = to_json(resource)
    assert from_json(written) == resource
    assert all(value for key, value in written.items() if key not in ("urn", "custom", "type"))
