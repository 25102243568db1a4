"""docs/results.md says what the results files say."""

import re

from benchmarks import report


def test_the_page_is_what_the_results_files_say():
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.written(page) == page, "python -m benchmarks.report writes it anew"


def test_every_table_and_figure_of_the_page_is_written_by_the_report():
    page = report.PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", page)) == set(report.TABLES)
    outside = re.sub(report._TABLE, "", page)
    assert "| cpu |" not in outside  # no table by hand


def test_every_figure_shown_is_there():
    page = report.PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"\]\((figures/[\w.]+)\)", page):
        assert (report.PAGE.parent / name).exists(), name
