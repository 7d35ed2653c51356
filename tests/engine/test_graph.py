"""Laws of the orders: nothing goes before what depends on it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.deploy.graph import deletion_waves, dependents, in_order
from engine.state.resource import Resource


def _urn(index: int) -> str:
    return f"urn:pulumi:s::p::t:m:T::{index}"


@st.composite
def states(draw: st.DrawFn) -> list[Resource]:
    """Resources in checkpoint order: each refers to earlier ones alone."""
    resources: list[Resource] = []
    for index in range(draw(st.integers(1, 12))):
        earlier = st.sampled_from([r.urn for r in resources]) if resources else st.nothing()
        named = tuple(draw(st.lists(earlier, max_size=3))) if resources else ()
        parent = draw(st.one_of(st.just(""), earlier)) if resources else ""
        keyed = {"key": tuple(draw(st.lists(earlier, max_size=2)))} if resources else {}
        resources.append(
            Resource(
                urn=_urn(index),
                type="t:m:T",
                custom=draw(st.booleans()),
                parent=parent,
                dependencies=named,
                property_dependencies=keyed,
                deleted_with=draw(st.one_of(st.just(""), earlier)) if resources else "",
            )
        )
    return resources


@given(states(), st.data())
def test_a_wave_never_deletes_what_a_later_one_needs(resources: list[Resource], data: st.DataObject) -> None:
    entries = dict(enumerate(resources))
    condemned = data.draw(st.sets(st.sampled_from(sorted(entries))))
    waves = deletion_waves(entries, condemned)
    assert sorted(key for wave in waves for key in wave) == sorted(condemned)
    position = {key: index for index, wave in enumerate(waves) for key in wave}
    for key in condemned:
        for other in condemned - {key}:
            if entries[other].urn in entries[key].depends_on():
                assert position[key] < position[other]


@given(states(), st.data())
def test_dependents_are_closed_and_in_order(resources: list[Resource], data: st.DataObject) -> None:
    root = data.draw(st.sampled_from(resources)).urn
    found = dependents(resources, root, without=set(), children=True)
    reached = {root, *(resource.urn for resource in found)}
    for resource in resources:
        assert (resource.urn in reached - {root}) == bool(resource.depends_on() & reached and resource.urn != root)
    assert [r.urn for r in found] == [r.urn for r in resources if r in found]


@given(states())
def test_states_are_in_order_and_their_reverse_is_not_if_anything_depends(resources: list[Resource]) -> None:
    assert in_order(resources)
    if any(resource.depends_on() for resource in resources):
        assert not in_order(resources[::-1])


def test_dependence_on_a_component_is_dependence_on_its_children() -> None:
    component = Resource(urn=_urn(0), type="c", custom=False)
    child = Resource(urn=_urn(1), type="t", custom=True, parent=_urn(0))
    other = Resource(urn=_urn(2), type="t", custom=True, dependencies=(_urn(0),))
    assert deletion_waves(dict(enumerate([component, child, other])), [0, 1, 2]) == [[2], [1], [0]]


def test_a_circle_is_told_rather_than_walked() -> None:
    one = Resource(urn=_urn(0), type="t", custom=True)
    assert deletion_waves({0: one}, [0]) == [[0]]
