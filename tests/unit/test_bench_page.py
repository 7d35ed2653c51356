"""The benchmarks' page may be measured part by part."""

from __future__ import annotations

from tests.bench.page import merged, stamped

OLD = "# B\n\nold head\n\n## The run\n\nold\n\n## First\n\n*then*\n\n1\n\n## Second\n\n*then*\n\n2\n"
NEW = "# B\n\nhead\n\n## The run\n\nnew\n\n## Second\n\n22\n\n## Third\n\n3\n"


def test_what_was_not_measured_again_stays_and_each_section_says_when_it_was() -> None:
    assert merged(OLD, stamped(NEW, "now")) == (
        "# B\n\nhead\n\n## The run\n\nnew\n\n## First\n\n*then*\n\n1\n\n## Second\n\n*now*\n\n22\n\n"
        "## Third\n\n*now*\n\n3\n"
    )


def test_a_page_merged_with_itself_is_the_same() -> None:
    assert merged(OLD, OLD) == OLD
