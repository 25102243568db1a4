"""docs/results.md says what the results files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.accuracy import _plots, report


def test_the_page_is_what_the_results_files_say() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.written(page) == page, "python -m benchmarks.accuracy.report writes it anew"


def test_every_table_and_figure_of_the_page_is_written_by_the_report() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", page)) == set(report.TABLES)
    outside = re.sub(report._TABLE, "", page)
    assert "| cpu |" not in outside  # no table by hand


def test_tables_and_figures_without_runs_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    monkeypatch.setattr(_plots, "FIGURES", tmp_path)
    page = "<!-- table: clip -->\nold\n<!-- end -->\n<!-- figure: clip, a confusion -->\n![old](figures/clip.svg)\n<!-- end -->\n"
    expected = page.replace("old\n", f"{report.NOTHING}\n").replace(
        "![old](figures/clip.svg)", report.NOTHING
    )
    assert report.written(page) == expected
