"""Errors teach: in order, once, with a remedy that is worth reading."""

from __future__ import annotations

import pytest

from remit.errors import (
    BadValue,
    CatalogError,
    Problem,
    RemitError,
    SnapshotError,
    Source,
    did_you_mean,
    in_order,
    listed,
)


def test_a_problem_reads_as_place_message_and_remedy():
    problem = BadValue("no group 'x'", "create it").at(Source("policies/a.yaml", 7, 3))
    assert str(problem) == "policies/a.yaml:7: no group 'x' (create it)"
    assert str(Problem("odd")) == "odd"
    assert str(Problem("odd", source=Source("Pulumi.dev.yaml", 0))) == "Pulumi.dev.yaml: odd"


def test_problems_come_by_file_and_line_and_once():
    first, second, third = (Problem("b"), Problem("c", "", Source("a", 2)), Problem("a", "", Source("a", 10)))
    assert in_order([third, second, first, second]) == (first, second, third)
    assert str(CatalogError([third, first])) == "b\na:10: a"


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("Enginer", "did you mean 'Engineer'?"),
        ("ENGINEER", "did you mean 'Engineer'?"),
        ("read", "did you mean 'Reader' or 'Readers'?"),
        ("Billing", ""),
    ],
)
def test_the_closest_names_are_offered_and_no_far_ones(word: str, remedy: str):
    assert did_you_mean(word, ["Engineer", "Reader", "Readers", "Support"]) == remedy


def test_long_lists_are_cut_and_counted():
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed("abcdef") == "a, b, c and 3 more"


@pytest.mark.parametrize(("error", "code"), [(CatalogError, 2), (SnapshotError, 2), (RemitError, 1)])
def test_a_bad_input_ends_with_2_and_a_failed_run_with_1(error: type[RemitError], code: int):
    assert error.exit_code == code
