"""leanpage.build.Manifest: of the output only leanpage's own files are deleted, and none that a page needs."""

from leanpage.build import Manifest


def test_only_own_unchanged_files_are_deleted(tmp_path):
    folder = tmp_path / "html"
    first = Manifest(folder)
    for name in ("notebooks/old.ipynb", "notebooks/replaced.ipynb", "kept.css"):
        first.write(name, name.encode())
    first.save()
    (folder / "notebooks" / "authors.ipynb").write_text("by html_extra_path")
    (folder / "notebooks" / "replaced.ipynb").write_text("an author's own")
    second = Manifest(folder)
    second.write("kept.css", b"kept.css")
    second.save()
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path != first.file)
    assert left == ["kept.css", "notebooks/authors.ipynb", "notebooks/replaced.ipynb"]


def test_broken_list_deletes_nothing(tmp_path):
    first = Manifest(tmp_path)
    first.write("a.css", b"a")
    first.save()
    for broken in ("{", "[1]", "null"):
        first.file.write_text(broken)
        Manifest(tmp_path).save()
        assert (tmp_path / "a.css").exists()


def test_page_of_an_earlier_build_keeps_the_files_that_it_names(tmp_path):
    """Sphinx leaves the page of a document that is gone where it is."""
    folder = tmp_path / "html"
    first = Manifest(folder)
    first.write("_static/site-a.css", b"a")
    first.save()
    (folder / "gone.html").write_text('<link href="_static/site-a.css">')
    (folder / "index.html").write_text('<link href="_static/site-b.css">')
    for written in ({"index.html"}, {"index.html"}):
        again = Manifest(folder)
        again.write("_static/site-b.css", b"b")
        again.save(written)
        assert (folder / "_static/site-a.css").exists()
    (folder / "gone.html").unlink()
    last = Manifest(folder)
    last.write("_static/site-b.css", b"b")
    last.save({"index.html"})
    assert not (folder / "_static/site-a.css").exists()
