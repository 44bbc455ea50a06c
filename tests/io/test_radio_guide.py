"""The page on radio runs as it stands, and prints what it says."""

from tests.guides import check_printed, run_page


def test_the_page_on_radio_runs_and_prints_what_it_says(tmp_path):
    assert check_printed(run_page("radio.md", tmp_path)) >= 1
