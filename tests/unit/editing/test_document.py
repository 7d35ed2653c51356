"""Edits change what they must, and leave every other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.catalog import load_catalog
from remit.editing import EditableFile, write_texts
from remit.editing.values import scalar
from remit.errors import CatalogError
from remit.yaml_places import read_yaml

TEXT = """\
# the header stays
access:
  # first
  - {groups: [a],  permission_sets: [X], targets: "*"}   # odd   spacing

  # second: why it ends
  - groups: [b, 'c' ,d]
    # remit: ignore x y
    permission_sets: [X]
    targets: account:012345678901   # tail
    expires: 2026-01-01
  # third
  - groups: [c]
    permission_sets: [X]
    targets: NO
    # the last word of the third

permission_sets:
  - name: X
    description: |
      # no comment

      text
    tags: {team: a,  stage: b}
"""


def file(text: str = TEXT) -> EditableFile:
    return EditableFile(Path("policies/x.yaml"), text)


def test_an_entry_goes_with_its_own_comments_and_no_other():
    edited = file()
    edited.remove(("access", 1))
    begin, end = TEXT.index("  # second"), TEXT.index("  # third")
    assert edited.text == TEXT[:begin] + TEXT[end:]


def test_the_last_entry_takes_its_list_along():
    edited = file()
    edited.remove(("permission_sets", 0))
    assert edited.text == TEXT[: TEXT.index("\npermission_sets")]
    for _ in range(3):
        edited.remove(("access", 0))
    assert edited.is_empty()
    assert edited.text == "# the header stays\n"


@pytest.mark.parametrize(
    ("address", "old", "new"),
    [
        (("access", 1, "groups", 0), "[b, 'c' ,d]", "['c' ,d]"),
        (("access", 1, "groups", 2), "[b, 'c' ,d]", "[b, 'c']"),
        (("access", 0, "targets"), ', targets: "*"}', "}"),
        (("access", 0, "groups", 0), "{groups: [a],  p", "{p"),
        (("permission_sets", 0, "tags", "team"), "{team: a,  stage: b}", "{stage: b}"),
        (("access", 1, "expires"), "    expires: 2026-01-01\n", ""),
        (("permission_sets", 0, "description"), TEXT[TEXT.index("    description") : TEXT.index("    tags")], ""),
        (
            ("access", 1, "groups"),
            "  - groups: [b, 'c' ,d]\n    # remit: ignore x y\n    permission_sets",
            "  # remit: ignore x y\n  - permission_sets",
        ),
    ],
)
def test_what_is_removed_leaves_the_rest_as_it_was(address: tuple[str | int, ...], old: str, new: str):
    edited = file()
    edited.remove(address)
    assert edited.text == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("address", "key", "value", "old", "new"),
    [
        (("access", 1), "expires", "2027-01-01", "2026-01-01", "2027-01-01"),
        (("access", 0), "reason", "A: b", ', targets: "*"}', ', targets: "*", reason: "A: b"}'),
        (("access", 2), "except", ["management"], "targets: NO\n", "targets: NO\n    except: [management]\n"),
        (("permission_sets", 0), "session_duration", "4h", "      text\n", "      text\n    session_duration: 4h\n"),
        (("permission_sets", 0), "tags", {"a": "b"}, "tags: {team: a,  stage: b}", "tags:\n      a: b"),
    ],
)
def test_a_key_is_set_where_it_stands_or_where_the_order_has_it(
    address: tuple[str | int, ...], key: str, value: object, old: str, new: str
):
    edited = file()
    edited.set(address, key, value)
    assert edited.text == TEXT.replace(old, new)


def test_an_entry_is_added_at_the_end_of_its_list():
    edited = file()
    edited.add("access", {"groups": ["sre"], "permission_sets": ["X"], "targets": ["*"], "reason": "0x1"})
    assert "    # the last word of the third\n" in edited.text
    (document,), problems = read_yaml(edited.text, "x")
    assert not problems
    assert document["access"][3] == {"groups": ["sre"], "permission_sets": ["X"], "targets": ["*"], "reason": "0x1"}
    edited.add(
        "managed_policies",
        {"name": "P", "targets": "*", "statements": [{"Effect": "Deny", "Action": "a:b", "Resource": "*"}]},
    )
    assert edited.text.endswith(
        '\n\nmanaged_policies:\n  - name: P\n    targets: "*"\n'
        '    statements: [{Effect: Deny, Action: a:b, Resource: "*"}]\n'
    )


@pytest.mark.parametrize(
    "text", ["", "# only words\n", "access: []\n", "access: [{groups: [a], permission_sets: [X], targets: '*'}]\n"]
)
def test_an_entry_is_added_to_any_file(text: str):
    edited = file(text)
    edited.add("access", {"groups": ["sre"], "permission_sets": ["X"], "targets": ["*"]})
    (document,), problems = read_yaml(edited.text, "x")
    assert not problems
    assert document["access"][-1]["groups"] == ["sre"]


def test_entries_are_found_by_name_and_by_place():
    edited = file()
    assert edited.find("permission_sets", "X") == ("permission_sets", 0)
    assert edited.at(4) == ("access", 0)
    assert edited.at(7) == ("access", 1)
    assert edited.at(7, 14) == ("access", 1, "groups", 0)
    assert edited.keys(("access", 0)) == ("groups", "permission_sets", "targets")
    with pytest.raises(KeyError):
        edited.find("permission_sets", "Y")
    with pytest.raises(KeyError):
        edited.at(5)


def test_the_sources_of_a_catalog_are_addresses(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text(TEXT.replace("targets: NO", "targets: management"))
    catalog = load_catalog(tmp_path)
    found = EditableFile.read(path)
    assert [found.at(rule.source.line, rule.source.column) for rule in catalog.access] == list(
        found.addresses("access")
    )


def test_windows_line_ends_and_a_byte_order_mark_stay():
    edited = file("\ufeff" + TEXT.replace("\n", "\r\n"))
    edited.remove(("access", 1))
    edited.set(("permission_sets", 0), "relay_state", "x")
    assert edited.text.startswith("\ufeff#")
    assert "\n" not in edited.text.replace("\r\n", "")
    assert "# third" in edited.text


def test_what_is_no_yaml_is_refused():
    with pytest.raises(CatalogError, match="not YAML"):
        file("access: [").remove(("access", 0))


@pytest.mark.parametrize(
    "text", ["*", "a: b", "", " x", "@a", "a, b", "# c", "null", "~", "it's", 'say "x"', "a\nb", "{{x}}"]
)
def test_any_text_is_written_so_that_it_reads_as_that_text(text: str):
    (document,), problems = read_yaml(f"k: {scalar(text)}", "x")
    assert (document, problems) == ({"k": text}, [])


def test_files_are_written_together_and_emptied_ones_removed(tmp_path: Path):
    old, new, gone = tmp_path / "old.yaml", tmp_path / "sub" / "new.yaml", tmp_path / "gone.yaml"
    old.write_text("a")
    old.chmod(0o640)
    gone.write_text("a")
    write_texts({old: "b", new: "c", gone: None})
    assert (old.read_text(), new.read_text(), gone.exists()) == ("b", "c", False)
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["new.yaml", "old.yaml", "sub"]


def test_nothing_is_written_when_one_file_cannot_be(tmp_path: Path):
    (tmp_path / "file").write_text("")
    old = tmp_path / "old.yaml"
    old.write_text("a")
    with pytest.raises(OSError, match="file"):
        write_texts({old: "b", tmp_path / "file" / "x.yaml": "c"})
    assert old.read_text() == "a"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("except: account:a  # why", "account:b", "except: [account:a, account:b]  # why"),
        ("except: [account:a]", "account:b", "except: [account:a, account:b]"),
        ("except: []", "account:b", "except: [account:b]"),
        ("reason: x", "account:b", "except: [account:b]\n    reason: x"),
        (
            "except:\n    - account:a  # one\n    reason: x",
            "ou:B",
            "except:\n    - account:a  # one\n    - ou:B\n    reason: x",
        ),
        (
            "except:\n      # why\n      - account:a\n",
            {"name": "x", "path": "/y/"},
            "except:\n      # why\n      - account:a\n      - name: x\n        path: /y/\n",
        ),
    ],
)
def test_another_item_of_a_list_under_a_key(before: str, value: object, after: str) -> None:
    file = EditableFile(Path("c.yaml"), f"access:\n  - groups: [a]\n    {before}\n")
    file.append(("access", 0), "except", value)
    assert file.text == f"access:\n  - groups: [a]\n    {after}\n"
