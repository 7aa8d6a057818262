"""leanpage.made: of the output only leanpage's own files are taken away."""

from leanpage.fonts import digest
from leanpage.made import Made


def test_only_what_is_its_own_to_the_last_byte_goes(tmp_path):
    folder, record = tmp_path / "html", tmp_path / "doctrees" / "made.json"
    first = Made(folder, record)
    for name in ("notebooks/old.ipynb", "notebooks/replaced.ipynb", "kept.css"):
        first.write(name, name.encode())
    first.settle()
    (folder / "notebooks" / "authors.ipynb").write_text("by html_extra_path")
    (folder / "notebooks" / "replaced.ipynb").write_text("an author's own")
    second = Made(folder, record)
    second.write("kept.css", b"kept.css")
    second.settle()
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert left == ["kept.css", "notebooks/authors.ipynb", "notebooks/replaced.ipynb"]


def test_a_record_of_another_folder_or_a_broken_one_proves_nothing(tmp_path):
    record = tmp_path / "made.json"
    one = Made(tmp_path / "one", record)
    one.write("a.css", b"a")
    one.settle()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.css").write_bytes(b"a")
    Made(tmp_path / "two", record).settle()
    assert (tmp_path / "two" / "a.css").exists()
    record.write_text("{")
    Made(tmp_path / "one", record).settle()
    assert (tmp_path / "one" / "a.css").exists()


def test_without_a_record_a_file_of_ours_is_known_by_the_digest_in_its_name(tmp_path):
    """Else a build after a failed one, whose doctrees are thrown away, would count old scripts among those in use."""
    folder, record = tmp_path / "html", tmp_path / "made.json"
    ours = f"_static/site-{digest(b'old')}.js"
    Made(folder, record).write(ours, b"old")
    theirs = ["_static/site-0123456789.js", "_static/site.js", f"_static/app-{digest(b'x')}.js", "_static/own.woff2"]
    for name in theirs:
        (folder / name).write_bytes(b"x")
    made = Made(folder, record)
    assert made.is_ours(ours) and not any(map(made.is_ours, theirs))
    made.settle()
    assert not (folder / ours).exists() and all((folder / name).exists() for name in theirs)
