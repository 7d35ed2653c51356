"""`remit fmt`: one layout, the same meaning, every comment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.editing.layout import laid_out
from remit.editing.tree import parse
from remit.errors import CatalogError
from remit.plan import make_plan, plan_json
from remit.yaml_places import read_yaml
from tests.unit.small_world import AT, ORGANIZATION, STACK, catalog_of

PATH = Path("policies/x.yaml")
MESSY = """\


# header
access:   # who
- targets: "*"
  # why these
  groups: [ a ,b ]   #both
  permission_sets:
  - X
  # a last word
- {targets: management, permission_sets: ['X'], groups: ["c", 'it''s']}


  # above the third

- permission_sets: [Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, Yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy, Zzzzzzzzzzzzzzzzzzzzzzzzzzzzz, W]
  groups: [a, # not b
    c]
  targets: [account:012345678901,
     account:lab]
managed_policies:
    - statements:
        -   Resource: "*"
            Effect: Deny
            Action: "s3:*"
      description: |

          two

           lines
      name: P
      targets: "a
        b"
# the end
"""
CLEAN = """\
# header
managed_policies:
  - name: P
    description: |

      two

       lines
    targets: "a
      b"
    statements:
      - Effect: Deny
        Action: "s3:*"
        Resource: "*"

access:  # who
  # why these
  - groups: [a, b]  #both
    permission_sets:
      - X
      # a last word
    targets: "*"
  - {groups: ["c", 'it''s'], permission_sets: ["X"], targets: management}

  # above the third

  - groups:
      - a  # not b
      - c
    permission_sets:
      - Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      - Yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
      - Zzzzzzzzzzzzzzzzzzzzzzzzzzzzz
      - W
    targets: [account:012345678901, account:lab]
# the end
"""


def test_a_messy_file_is_laid_out():
    assert laid_out(MESSY, PATH) == CLEAN


def test_a_clean_file_stays():
    assert laid_out(CLEAN, PATH) == CLEAN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only words\n",
        "---\na: b\n",
        "---\na: b\n---\nc: d\n",
        "a: &x [b, c]\nd: *x\n",
        "a: &x\n  b: c\nd:\n  <<: *x\n  e: f\n",
        "a: >-\n  folded\n  text\n\nb: |\n  clipped\n\n\nc: d\n",
        "a:\n  - - b\n    - c\n  - d: e\n",
        "a: []\nb: {}\nc:\n",
        "a: !!str b\n",
        "a: plain text\n  that goes on\n",
    ],
)
def test_what_yaml_allows_keeps_its_meaning_and_settles(text: str):
    once = laid_out(text, PATH)
    assert read_yaml(once, "x")[0] == read_yaml(text, "x")[0]
    assert laid_out(once, PATH) == once


def test_windows_line_ends_and_tabs_before_comments_go():
    assert laid_out("access:\r\n  - groups: [a]\t# b\r\n", PATH) == "access:\n  - groups: [a]  # b\n"


def test_what_could_not_keep_its_meaning_is_refused():
    with pytest.raises(CatalogError, match="without a change in what it says"):
        laid_out("a: |+\n  kept\n\n\nc: d\n", PATH)


def test_what_is_no_yaml_is_refused_at_its_line():
    with pytest.raises(CatalogError, match=r"policies/x.yaml:2"):
        laid_out("access:\n\t- a\n", PATH)


def test_the_example_catalog_is_laid_out():
    for path in sorted((Path(__file__).parents[3] / "policies").rglob("*.yaml")):
        assert laid_out(path.read_text(), path) == path.read_text(), path


words = st.sampled_from(
    ["a", "b c", "*", "012345678901", "NO", "x: y", "# z", "{{account.id}}", "it's", 'q"q', "2026-01-01", ""]
)
entries = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "groups", "targets", "Sid", "Effect", "expires", "k"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
files = st.dictionaries(
    st.sampled_from(["access", "managed_policies", "permission_sets", "other"]),
    st.lists(entries, max_size=3),
    min_size=1,
)


class Writer:
    """Writes values as YAML in styles that are drawn, with comments and blank lines between."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw = data.draw
        self.comments = 0

    def noise(self, column: int) -> str:
        kind = self.draw(st.integers(0, 9))
        if kind == 0:
            self.comments += 1
            return f"{' ' * column}# c{self.comments}\n"
        return "\n" if kind == 1 else ""

    def trail(self) -> str:
        if self.draw(st.integers(0, 9)):
            return "\n"
        self.comments += 1
        return f" # c{self.comments}\n"

    def inline(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.inline(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.inline, value)) + "]"
        escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return str(value) if re.fullmatch(r"[\w-]+", value) else f'"{escaped}"'

    def block(self, value: Any, column: int) -> str:
        """What stands after a colon or a dash, line break included."""
        if not isinstance(value, dict | list) or not value or self.draw(st.booleans()):
            return f" {self.inline(value)}{self.trail()}"
        step = self.draw(st.integers(1, 3))
        at, text = column + step, self.trail()
        for part in value.items() if isinstance(value, dict) else value:
            text += self.noise(at)
            if isinstance(value, dict):
                text += f"{' ' * at}{part[0]}:{self.block(part[1], at)}"
            else:
                text += f"{' ' * at}-{self.block(part, at)}"
        return text + self.noise(at)


@settings(max_examples=60)
@given(files, st.data())
def test_any_file_keeps_its_meaning_and_its_comments_and_settles(values: dict[str, Any], data: st.DataObject):
    writer = Writer(data)
    text = "".join(f"{key}:{writer.block(each, 0)}{writer.noise(0)}" for key, each in values.items())
    once = laid_out(text, PATH)
    assert read_yaml(once, "x")[0] == read_yaml(text, "x")[0] == [values]
    assert len(parse(once).comments) == writer.comments
    assert laid_out(once, PATH) == once


CATALOG = """\
access:
- {targets: ["*", management], except: account:lab, permission_sets: [Engineer], groups: [sre, engineers]}
- expires: 2026-07-01
  permission_sets: Engineer
  targets: ou:Workloads
  users: ann
permission_sets:
- customer_managed_policies: [Guardrail]
  inline_policy: {statements: [{Resource: "*", Action: "s3:Get*", Effect: Allow}]}
  name: Engineer
managed_policies:
- statements:
  - {targets: tag:stage=dev, Action: [b:c, a:d], Resource: "*", Condition: {StringEquals: {z: y, a: b}}, Effect: Deny}
  - {Resource: "*", Effect: Allow, Action: "a:*"}
  targets: ["*", management]
  name: Guardrail
"""


@given(st.permutations([0, 1, 2]))
def test_fmt_keeps_the_plan(order: list[int]):
    kinds = re.split(r"(?m)^(?=\w)", CATALOG)[1:]
    text = "".join(kinds[number] for number in order)

    def plan(of: str) -> str:
        planned = plan_json(make_plan(catalog_of(of), ORGANIZATION, at=AT, stack=STACK))
        return re.sub(r'"source": "[^"]*"', "", planned)

    assert plan(laid_out(text, PATH)) == plan(text)
