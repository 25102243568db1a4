"""docs/results.md says what the results files say."""

import re

from benchmarks.accuracy import report


def test_the_page_is_what_the_results_files_say():
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.written(page) == page, "python -m benchmarks.accuracy.report writes it anew"


def test_every_table_and_figure_of_the_page_is_written_by_the_report():
    page = report.PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", page)) == set(report.TABLES)
    outside = re.sub(report._TABLE, "", page)
    assert "| cpu |" not in outside  # no table by hand


def test_tables_and_figures_without_runs_say_so(monkeypatch, tmp_path):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    monkeypatch.setattr(report._plots, "FIGURES", tmp_path)
    page = "<!-- table: clip -->\nold\n<!-- end -->\n<!-- figure: clip, a confusion -->\n![old](figures/clip.svg)\n<!-- end -->\n"
    expected = page.replace("old\n", f"{report.NOTHING}\n").replace(
        "![old](figures/clip.svg)", report.NOTHING
    )
    assert report.written(page) == expected
