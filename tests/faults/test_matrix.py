"""The matrix itself: whole, in order, and every row shown by a test."""

from __future__ import annotations

from pathlib import Path

from tests.faults.matrix import GROUPS, MATRIX, faults_page, marked_tests


def test_the_rows_are_numbered_from_1_on_in_the_order_of_the_groups() -> None:
    assert [row.number for row in MATRIX] == list(range(1, len(MATRIX) + 1))
    assert list(dict.fromkeys(row.group for row in MATRIX)) == list(GROUPS)


def test_every_row_is_shown_by_a_test_or_waits_for_something() -> None:
    tests = marked_tests()
    assert [row.number for row in MATRIX if row.number not in tests and not row.waits_for] == []


def test_no_row_waits_that_is_already_shown() -> None:
    tests = marked_tests()
    assert [row.number for row in MATRIX if row.number in tests and row.waits_for] == []


def test_no_test_shows_a_row_that_does_not_exist() -> None:
    assert set(marked_tests()) <= {row.number for row in MATRIX}


def test_marks_are_read_from_decorators(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "import pytest\n"
        "@pytest.mark.fault(2, 1)\n@pytest.mark.parametrize('a', [1])\ndef test_a(a): ...\n"
        "@pytest.mark.fault(2)\ndef test_b(): ...\n"
        "@pytest.mark.fault(3)\ndef helper(): ...\n"
        "@pytest.mark.timeout(4)\ndef test_c(): ...\n"
    )
    assert marked_tests(tmp_path) == {2: ["test_a", "test_b"], 1: ["test_a"]}


def test_the_page_has_every_row_and_its_tests() -> None:
    page = faults_page()
    assert all(f"| F{row.number} | {row.happens} | {row.we_do} |" in page for row in MATRIX)
    assert all(f"## {group}" in page for group in GROUPS)
    assert "`test_what_may_be_repeated_is_sent_again`" in page
    assert "not yet: waits for a CSV export; nothing here writes one" in page
    assert all(line.count(" | ") == 3 for line in page.splitlines() if line.startswith("| F"))
