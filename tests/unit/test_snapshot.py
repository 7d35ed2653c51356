"""An organization as one file."""

from __future__ import annotations

from pathlib import Path
from string import ascii_letters, digits
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import SnapshotError
from remit.organization import Account, AccountState, Organization, Principal
from remit.snapshot import derived_id, read_snapshot, with_every_organizational_unit, write_snapshot
from tests.unit.small_world import ORGANIZATION, ZERO

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
names = st.one_of(
    words, st.sampled_from(["\x85", "\xa0", "NO", "null", "~", "012", "1e3", "2026-01-01", "a: b", "*", "- x", "é"])
)
ids = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012}")
units = st.lists(st.text(ascii_letters + digits + " -", min_size=1, max_size=4), max_size=3).map("/".join)
principals = st.lists(st.builds(Principal, id=words, name=names), max_size=2).map(tuple)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    accounts = draw(
        st.lists(
            st.builds(
                Account,
                id=ids,
                name=names,
                email=st.one_of(st.just(""), names),
                state=st.sampled_from(AccountState),
                ou=units,
                tags=st.dictionaries(names, names, max_size=2),
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda account: account.id,
        )
    )
    return with_every_organizational_unit(
        Organization(
            organization_id=draw(words),
            management_account=accounts[0].id,
            accounts=tuple(accounts),
            groups=draw(principals),
            users=draw(principals),
            instance_arn=draw(names),
            permission_sets=draw(st.dictionaries(names, names, max_size=2)),
        )
    )


@given(organizations(), st.sampled_from([".yaml", ".json"]))
def test_write_then_read_is_the_identity(organization: Organization, suffix: str):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"organization{suffix}"
        path.write_text(write_snapshot(organization, suffix), encoding="utf-8")
        assert read_snapshot(path) == organization


def read(folder: Path, text: str, name: str = "o.yaml") -> Organization:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_snapshot(path)


START = "organization_id: o-1\nmanagement_account: 012345678901\naccounts:\n"


def test_account_ids_need_no_quotes(tmp_path: Path):
    organization = read(tmp_path, START + "  - {id: 012345678901, name: root}\n")
    assert organization.management_account == organization.accounts[0].id == "012345678901"


def test_written_ids_are_quoted_for_readers_that_know_numbers():
    assert f'- id: "{ZERO}"' in write_snapshot(ORGANIZATION)


def test_units_get_stable_ids_all_the_way_up(tmp_path: Path):
    organization = read(tmp_path, START + "  - {id: 012345678901, name: root, ou: A/B/C}\n")
    assert [unit.path for unit in organization.organizational_units] == ["A", "A/B", "A/B/C"]
    assert organization.organizational_units[2].id == derived_id("A/B/C")


def test_listed_units_keep_their_ids(tmp_path: Path):
    units = "organizational_units: [{id: ou-ab12-cdefgh34, path: A/B}]\n"
    organization = read(tmp_path, START + "  - {id: 012345678901, name: root, ou: A/B}\n" + units)
    assert {unit.path: unit.id for unit in organization.organizational_units} == {
        "A/B": "ou-ab12-cdefgh34",
        "A": derived_id("A"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (START + "  - {id: 12345678901, name: a}\n", "o.yaml:4: id takes twelve digits, not the text '12345678901'"),
        (
            START + "  - {id: 012345678901, name: a, stat: ACTIVE}\n",
            "o.yaml:4: unknown key 'stat' (did you mean 'state'?)",
        ),
        (START + "  - {id: 012345678901}\n", "o.yaml:4: 'name' is missing"),
        (START + "  - {id: 012345678901, name: a, state: DEAD}\n", "o.yaml:4: state takes"),
        (START + "  - {id: 012345678901, name: a}\n" * 2, "o.yaml:5: account 012345678901 stands twice"),
        (
            START + "  - {id: 012345678901, name: a, ou: /A/B}\n",
            "o.yaml:4: the ou of account 012345678901, '/A/B', has a",
        ),
        (START + "  - {id: 012345678901, name: a, ou: A//B}\n", "has a slash too many"),
        (START + "  - {id: 111111111111, name: a}\n", "management account 012345678901 is not among"),
        ("accounts: [\n", "o.yaml:2: not YAML"),
        ("", "takes a mapping"),
        ("- a\n", "o.yaml:1: the file takes a mapping"),
    ],
)
def test_a_bad_snapshot_is_told_at_its_line(text: str, words: str, tmp_path: Path):
    with pytest.raises(SnapshotError) as error:
        read(tmp_path, text)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"accounts": [}', "o.json:1: not JSON"),
        (
            '{\n"management_account": 12\n}',
            "o.json:2: management_account must be text in quotes, not 12",
        ),
        ("[]", "takes a mapping"),
    ],
)
def test_a_bad_json_snapshot_is_told_at_its_line(text: str, words: str, tmp_path: Path):
    with pytest.raises(SnapshotError) as error:
        read(tmp_path, text, "o.json")
    assert words in str(error.value)


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(SnapshotError, match="cannot be read"):
        read_snapshot(tmp_path / "none.yaml")
