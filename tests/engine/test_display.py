"""What a person sees, as Pulumi words it."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace

from rich.console import Console

from engine.deploy.events import Op, Step
from engine.display.changes import change_lines, changed_keys, output_lines
from engine.display.console import Lines
from engine.display.event_log import EventLog
from engine.display.progress import Progress
from engine.display.summary import changed, duration_line, summary_lines
from engine.display.tree import Tree
from engine.display.values import lines_of
from engine.display.view import View
from engine.plugins.answers import Diff, PropertyDiff
from engine.state.resource import Resource
from engine.values import UNKNOWN, UNKNOWN_STRING, Secret

STACK = Resource("urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "pulumi:pulumi:Stack", False)
GROUP = Resource("urn:pulumi:s::p::c:m:Group::g", "c:m:Group", False, parent=STACK.urn)
OLD = Resource(
    "urn:pulumi:s::p::c:m:Group$t:m:T::a",
    "t:m:T",
    True,
    id="1",
    parent=GROUP.urn,
    inputs={"doc": {"Statement": [{"Action": ["s3:Get*"]}], "Version": "1"}, "map": {"x/y": True, "k": 1}, "n": 1},
)
NEW = Resource(
    OLD.urn,
    "t:m:T",
    True,
    id="1",
    parent=GROUP.urn,
    inputs={
        "doc": {"Statement": [{"Action": ["s3:Get*", "s3:List*"]}], "Version": "1"},
        "map": {"k": 2},
        "n": 1,
        "s": "new",
    },
)


def _update(diff: Diff | None = None) -> Step:
    return Step("update", OLD, NEW, diff)


def test_a_bag_is_written_with_its_keys_in_line() -> None:
    bag = {"long": [{"a": 1}, "x"], "k": {}, "json": '{"r":[1]}', "u": UNKNOWN, "none": None, "__internal": 1}
    assert list(lines_of(bag, 2)) == [
        "  json: (json) {",
        "      r: [",
        "          [0]: 1",
        "      ]",
        "  }",
        "",
        "  k   : {}",
        "  long: [",
        "      [0]: {",
        "          a: 1",
        "      }",
        '      [1]: "x"',
        "  ]",
        "  none: <null>",
        "  u   : [unknown]",
    ]


def test_only_what_changes_is_shown_down_to_single_entries() -> None:
    assert list(change_lines(_update(), 8)) == [
        "      ~ doc: {",
        "          ~ Statement: [",
        "              ~ [0]: {",
        "                      ~ Action: [",
        '                          + [1]: "s3:List*"',
        "                        ]",
        "                    }",
        "            ]",
        "        }",
        "      ~ map: {",
        "          ~ k  : 1 => 2",
        "          - x/y: true",
        "        }",
        '      + s  : "new"',
    ]
    assert changed_keys(_update()) == ["~doc", "~map", "+s"]


def test_the_providers_word_on_entries_is_taken() -> None:
    diff = Diff(True, detailed={'map["x/y"]': PropertyDiff("delete"), "#initerror": PropertyDiff("update")})
    assert list(change_lines(_update(diff), 8)) == [
        "      ~ map: {",
        "          - x/y: true",
        "        }",
    ]
    assert changed_keys(_update(diff)) == ["~map"]


def test_outputs_that_change_are_marked() -> None:
    assert list(output_lines({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "d": 1}, 4)) == [
        "    a: 1",
        "  ~ b: 1 => 2",
        "  - c: 1",
        "  + d: 1",
    ]
    assert list(output_lines({}, {"a": 1}, 4)) == ["    a: 1"]


def test_the_summary_counts_a_replacement_once() -> None:
    counts: Counter[Op] = Counter({"create": 2, "replace": 1, "same": 5})
    assert list(summary_lines(counts, errored=1, preview=True)) == [
        "Resources:",
        "    + 2 to create",
        "    +-1 to replace",
        "    3 changes. 5 unchanged",
        "    1 errored",
    ]
    assert changed(counts) == 3
    assert changed(Counter({"same": 4, "read": 1})) == 0
    assert [duration_line(s) for s in (3.6, 61.0)] == ["Duration: 4s", "Duration: 1m1s"]


def _screen(kind: type[View], *, preview: bool) -> tuple[View, io.StringIO]:
    out = io.StringIO()
    view = kind(Lines(Console(file=out, markup=False, highlight=False)), stack_urn=STACK.urn, preview=preview)
    for resource in (STACK, GROUP):
        view.begin(Step("same", resource, resource))
        view.end(Step("same", resource, resource), 0.0)
    return view, out


def test_progress_has_a_line_for_the_start_and_the_end() -> None:
    view, out = _screen(Progress, preview=False)
    view.begin(_update())
    view.status("half done", OLD.urn)
    view.end(_update(), 0.514)
    view.fail(Step("delete", OLD, None), "stuck\nfor good", 0.1)
    view.log("warning", "careful")
    view.finish(1.0)
    assert out.getvalue() == (
        " ~  t:m:T a updating (0s) [diff: ~doc,~map,+s]\n"
        "    t:m:T a half done\n"
        " ~  t:m:T a updated (0.51s) [diff: ~doc,~map,+s]\n"
        " -  t:m:T a **deleting failed** error: stuck\n"
        "Diagnostics:\n"
        "  t:m:T (a):\n"
        "    error: stuck\n"
        "    for good\n"
        "\n"
        "  pulumi:pulumi:Stack (p-s):\n"
        "    warning: careful\n"
        "\n"
        "Resources:\n"
        "    ~ 1 updated\n"
        "    2 unchanged\n"
        "    1 errored\n"
        "\n"
        "Duration: 1s\n"
        "\n"
    )


def test_the_tree_indents_under_the_ancestors_that_are_shown() -> None:
    view, out = _screen(Tree, preview=True)
    child = Resource(OLD.urn, "t:m:T", True, parent=GROUP.urn, inputs={"n": 1})
    view.begin(Step("create", None, child))
    view.end(Step("create", None, child), 0.0)
    assert out.getvalue() == (
        "  pulumi:pulumi:Stack: (same)\n"
        "    [urn=urn:pulumi:s::p::pulumi:pulumi:Stack::p-s]\n"
        "    + t:m:T: (create)\n"
        "        [urn=urn:pulumi:s::p::c:m:Group$t:m:T::a]\n"
        "        n: 1\n"
    )


def test_default_providers_are_nobodys_business() -> None:
    view, out = _screen(Progress, preview=True)
    provider = Resource("urn:pulumi:s::p::pulumi:providers:t::default_1_0_0", "pulumi:providers:t", True)
    view.end(Step("create", None, provider), 0.0)
    assert out.getvalue() == ""
    assert changed(view.counts) == 0


def test_the_event_log_is_pulumis_own_and_holds_no_secret() -> None:
    file = io.StringIO()
    log = EventLog(file, preview=False, refreshing=False, clock=lambda: 7.9)
    secret = replace(NEW, outputs={"key": Secret("hush"), "id": UNKNOWN}, init_errors=("half",))
    log.begin(Step("update", OLD, NEW))
    log.end(Step("update", OLD, NEW, Diff(True, ("n",), detailed={"n": PropertyDiff("add", replace=True)})), 1.0)
    log.fail(Step("update", OLD, secret), "refused", 1.0)
    log.finish(2.4, Counter({"update": 1}))
    events = [json.loads(line) for line in file.getvalue().splitlines()]
    kinds = [
        "resourcePreEvent",
        "resOutputsEvent",
        "diagnosticEvent",
        "resOpFailedEvent",
        "summaryEvent",
        "cancelEvent",
    ]
    assert [list(event)[2] for event in events] == kinds
    assert [(event["sequence"], event["timestamp"]) for event in events] == [(n, 7) for n in range(6)]
    assert events[1]["resOutputsEvent"]["metadata"]["detailedDiff"] == {
        "n": {"diffKind": "add-replace", "inputDiff": True}
    }
    assert events[3]["resOpFailedEvent"]["metadata"]["new"]["outputs"] == {"key": "[secret]", "id": UNKNOWN_STRING}
    assert events[3]["resOpFailedEvent"]["status"] == 1
    assert events[4]["summaryEvent"]["resourceChanges"] == {"update": 1}
