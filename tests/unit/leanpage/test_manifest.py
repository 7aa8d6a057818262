"""leanpage.build.Manifest: of the output only leanpage's own files are deleted, and none that a page needs."""

from leanpage.build import Manifest
from leanpage.steps.fonts import digest


def test_only_own_unchanged_files_are_deleted(tmp_path):
    folder, file = tmp_path / "html", tmp_path / "doctrees" / "manifest.json"
    first = Manifest(folder, file)
    for name in ("notebooks/old.ipynb", "notebooks/replaced.ipynb", "kept.css"):
        first.write(name, name.encode())
    first.save()
    (folder / "notebooks" / "authors.ipynb").write_text("by html_extra_path")
    (folder / "notebooks" / "replaced.ipynb").write_text("an author's own")
    second = Manifest(folder, file)
    second.write("kept.css", b"kept.css")
    second.save()
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert left == ["kept.css", "notebooks/authors.ipynb", "notebooks/replaced.ipynb"]


def test_manifest_of_another_folder_or_a_broken_one_deletes_nothing(tmp_path):
    file = tmp_path / "manifest.json"
    one = Manifest(tmp_path / "one", file)
    one.write("a.css", b"a")
    one.save()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.css").write_bytes(b"a")
    Manifest(tmp_path / "two", file).save()
    assert (tmp_path / "two" / "a.css").exists()
    file.write_text("{")
    Manifest(tmp_path / "one", file).save()
    assert (tmp_path / "one" / "a.css").exists()


def test_without_a_manifest_own_files_are_recognized_by_the_digest_in_their_names(tmp_path):
    """Otherwise a build after a failed one, whose doctrees are deleted, would leave old files for ever."""
    folder, file = tmp_path / "html", tmp_path / "manifest.json"
    ours = f"_static/site-{digest(b'old')}.js"
    Manifest(folder, file).write(ours, b"old")
    theirs = ["_static/site-0123456789.js", "_static/site.js", f"_static/app-{digest(b'x')}.js", "_static/own.woff2"]
    for name in theirs:
        (folder / name).write_bytes(b"x")
    manifest = Manifest(folder, file)
    assert manifest.is_ours(ours) and not any(map(manifest.is_ours, theirs))
    manifest.save()
    assert not (folder / ours).exists() and all((folder / name).exists() for name in theirs)


def test_page_of_an_earlier_build_keeps_the_files_that_it_names(tmp_path):
    """Sphinx leaves the page of a document that is gone where it is."""
    folder, file = tmp_path / "html", tmp_path / "manifest.json"
    first = Manifest(folder, file)
    first.write("_static/site-a.css", b"a")
    first.save()
    (folder / "gone.html").write_text('<link href="_static/site-a.css">')
    (folder / "index.html").write_text('<link href="_static/site-b.css">')
    for written in ({"index.html"}, {"index.html"}):
        again = Manifest(folder, file)
        again.write("_static/site-b.css", b"b")
        again.save(written)
        assert (folder / "_static/site-a.css").exists()
    (folder / "gone.html").unlink()
    last = Manifest(folder, file)
    last.write("_static/site-b.css", b"b")
    last.save({"index.html"})
    assert not (folder / "_static/site-a.css").exists()
