"""Text without quotes that is a number to IAMbic."""

from __future__ import annotations

import pytest

from remit.importing.sources.iambic.numbers import as_number, misread
from remit.yaml_places import read_yaml


@pytest.mark.parametrize(
    ("text", "number"),
    [  # as ruamel.yaml 0.19 reads them, and str() writes them
        ("012345678901", "12345678901"),
        ("007", "7"),
        ("08", "8"),
        ("1_000", "1000"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("+5", "5"),
        ("1.10", "1.1"),
        ("1.0", "1.0"),
        (".5", "0.5"),
        ("1e3", "1000.0"),
        ("123456789012", "123456789012"),
        ("12:30:45", ""),
        ("2024-01-01", ""),
        ("0x", ""),
        ("v1.10", ""),
        ("1.2.3", ""),
        ("_", ""),
        ("._", ""),
        ("0x_", ""),
        ("", ""),
    ],
)
def test_a_number_is_what_yaml_1_2_reads(text: str, number: str) -> None:
    assert as_number(text) == number


def test_each_is_told_where_it_stands_unless_it_is_quoted_or_the_same_text() -> None:
    text = """\
included_accounts: [012345678901, '012345678901', 123456789012, "007", prod]
tags:
  - {key: version, value: 1.10}
"""
    documents, problems = read_yaml(text, "a.yaml")
    assert not problems
    ours, version = misread(documents[0])
    assert str(ours.source) == "a.yaml:1"
    assert ours.message == "012345678901 without quotes is a number to IAMbic: 12345678901"
    assert ours.remedy == 'write "12345678901" if IAMbic had it right, "012345678901" if it did not'
    assert (str(version.source), version.message) == (
        "a.yaml:3",
        "1.10 without quotes is a number to IAMbic: 1.1",
    )
