"""The text of comments and issues: found again, whole where it fits, cut where it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from remit.ci.bodies import Section, compose

RUN = "https://ci.example/run/7"
LIMIT = 65_536


def test_a_body_begins_with_the_mark_by_which_it_is_found_again():
    assert compose("drift", "", [], limit=LIMIT).startswith("<!-- remit:drift -->")


def test_markdown_stands_as_it_is_and_terminal_output_is_folded_without_its_colours():
    sections = [Section("diff", "**2 people** gain", True), Section("prod", "\x1b[32m+ create\x1b[0m", False)]
    body = compose("preview", "What it would do", sections, limit=LIMIT, run=RUN)
    assert body == (
        "<!-- remit:preview -->\n\n### What it would do\n\n**2 people** gain\n\n"
        "<details><summary>prod</summary>\n\n```text\n+ create\n```\n\n</details>\n\n"
        f"<sub>[this run]({RUN})</sub>"
    )


def test_text_cannot_break_out_of_its_fence_or_its_title():
    body = compose("preview", "", [Section("<b>", "```\n@everyone\n````", False)], limit=LIMIT)
    assert "`````text\n```\n@everyone\n````\n`````" in body
    assert "<summary>&lt;b&gt;</summary>" in body


def test_what_says_nothing_is_left_out():
    assert compose("drift", "", [Section("empty", " \n", True)], limit=LIMIT) == "<!-- remit:drift -->"


def test_a_short_section_stays_whole_beside_a_long_one_which_says_how_much_is_missing():
    long = "\n".join(f"line {number}" for number in range(20_000))
    sections = [Section("prod", long, False), Section("diff", "short and whole", True)]
    body = compose("preview", "", sections, limit=LIMIT, run=RUN)
    assert LIMIT - 500 < len(body) <= LIMIT
    assert "short and whole" in body
    kept = body.count("\nline ")
    assert f"{20_000 - kept} more lines left out: too long for this page; all of it is in [the run]({RUN})" in body


def test_markdown_is_never_cut_inside_a_fold_or_a_fence():
    fold = "<details><summary>x</summary>\n\n```yaml\n" + "a: 1\n" * 500 + "```\n\n</details>\n"
    body = compose("preview", "", [Section("diff", "intro\n\n" + fold * 40, True)], limit=LIMIT)
    assert len(body) <= LIMIT
    assert body.count("<details>") == body.count("</details>") > 10
    assert body.count("```") == 2 * body.count("<details>")


@given(
    st.lists(st.tuples(st.text(max_size=3000), st.booleans()), max_size=6),
    st.integers(min_value=400, max_value=9000),
)
def test_no_body_is_longer_than_the_limit(parts: list[tuple[str, bool]], limit: int):
    sections = [Section(f"part {index}", text, markdown) for index, (text, markdown) in enumerate(parts)]
    assert len(compose("key", "title", sections, limit=limit, run=RUN)) <= limit
