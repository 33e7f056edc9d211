"""A scan in a process of its own imports what is installed, not what lies in the current folder."""

import time

from organizer.pipeline.background_jobs import newest_job, start_scan


def test_files_in_the_current_folder_are_not_imported(tmp_path, monkeypatch):
    current, videos = tmp_path / "current", tmp_path / "videos"
    current.mkdir()
    videos.mkdir()
    for name in ("click", "organizer", "av"):
        (current / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()\n")
    monkeypatch.chdir(current)
    library = tmp_path / "library.db"
    start_scan(library, [str(videos)])
    end = time.monotonic() + 60
    while not newest_job(library).finished and time.monotonic() < end:
        time.sleep(0.1)
    assert newest_job(library).finished
    assert not (tmp_path / "imported").exists()
