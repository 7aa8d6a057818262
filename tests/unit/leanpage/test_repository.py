"""leanpage.steps.repository: addresses from the environment, else from git, else none."""

import subprocess
from types import SimpleNamespace

import pytest

from leanpage.steps import repository
from leanpage.steps.repository import Repository, find, web_address


@pytest.fixture
def checkout(tmp_path):
    def git(*command):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "docs").mkdir()
    return SimpleNamespace(folder=tmp_path, git=git)


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/book",
        "https://github.com/ada/book.git",
        "https://someone:secret@github.com/ada/book.git",
        "git@github.com:ada/book.git",
        "ssh://git@github.com/ada/book.git",
        "ssh://git@github.com:22/ada/book",
    ],
)
def test_remote_of_any_form_gives_its_web_address(remote):
    assert web_address(remote) == "https://github.com/ada/book"


@pytest.mark.parametrize("remote", ["", "/srv/git/book.git", "../book", "file:///srv/book", "C:/book"])
def test_folder_is_no_address(remote):
    assert web_address(remote) is None


def test_environment_of_the_build_service_comes_first(checkout):
    checkout.git("remote", "add", "origin", "git@github.com:ada/book.git")
    found = find(checkout.folder, {"GITHUB_REPOSITORY": "eve/fork", "GITHUB_REF_NAME": "draft"})
    assert found == Repository("https://github.com/eve/fork", "draft", "")
    assert find(checkout.folder, {"CI_PROJECT_URL": "https://gitlab.com/a/b"}).url == "https://gitlab.com/a/b"


def test_git_remote_comes_second_with_the_folder_in_it(checkout):
    checkout.git("remote", "add", "origin", "git@github.com:ada/book.git")
    assert find(checkout.folder / "docs", {}) == Repository("https://github.com/ada/book", "main", "docs")


def test_nothing_known_gives_nothing(checkout, tmp_path_factory):
    assert find(checkout.folder, {}) is None
    checkout.git("remote", "add", "origin", str(tmp_path_factory.mktemp("elsewhere")))
    assert find(checkout.folder, {}) is None


@pytest.mark.parametrize(
    "url, pages",
    [
        ("https://github.com/ada/book", "https://ada.github.io/book/"),
        ("https://github.com/Ada/Ada.github.io", "https://ada.github.io/"),
        ("https://gitlab.com/ada/book", "https://ada.gitlab.io/book/"),
        ("https://codeberg.org/ada/book", None),
    ],
)
def test_address_of_the_published_pages(url, pages):
    assert Repository(url).pages == pages


#: What sphinx-book-theme knows of what is set here.
KNOWN = {"repository_url", "repository_branch", "path_to_docs", "launch_buttons"}
KNOWN |= {f"use_{button}_button" for button in repository.BUTTONS}


def configured(monkeypatch, found, baseurl="", known=KNOWN, **options):
    monkeypatch.setattr(repository, "find", lambda folder: found)
    monkeypatch.setattr(repository.upstream, "theme_options", lambda app: frozenset(known))
    for name in ("CI_PAGES_URL", "READTHEDOCS_CANONICAL_URL"):
        monkeypatch.delenv(name, raising=False)
    config = SimpleNamespace(
        html_theme_options=options, html_baseurl=baseurl, html_extra_path=[], leanpage_buttons=repository.BUTTONS
    )
    build = SimpleNamespace(app=SimpleNamespace(confdir="."), config=config)
    repository.set_address(build, config)
    repository.set_buttons(build)
    return config


def test_found_repository_feeds_buttons_and_base_address(monkeypatch):
    config = configured(
        monkeypatch, Repository("https://github.com/ada/book", "draft", "docs"), repository_url=repository.PLACEHOLDER
    )
    assert config.html_theme_options["repository_url"] == "https://github.com/ada/book"
    assert config.html_theme_options["repository_branch"] == "draft"
    assert config.html_theme_options["path_to_docs"] == "docs"
    assert config.html_theme_options["use_edit_page_button"] is True
    assert config.html_baseurl == "https://ada.github.io/book/"


def test_unknown_repository_leaves_its_buttons_out_and_never_a_placeholder(monkeypatch):
    config = configured(
        monkeypatch, None, repository_url=repository.PLACEHOLDER, launch_buttons={"binderhub_url": "https://x.org"}
    )
    assert repository.PLACEHOLDER not in config.html_theme_options.values()
    assert config.html_theme_options["launch_buttons"] == {}
    assert config.html_theme_options["use_repository_button"] is False
    assert config.html_baseurl == ""


@pytest.mark.parametrize("found", [None, Repository("https://github.com/ada/book")])
def test_theme_that_asks_for_its_addresses_in_another_way_is_left_alone(monkeypatch, found):
    """pydata-sphinx-theme knows an edit button, too, and stops a build that names no repository in its own way."""
    config = configured(monkeypatch, found, known={"use_edit_page_button", "navbar_end"})
    assert config.html_theme_options == {}


def test_what_the_author_names_holds(monkeypatch):
    config = configured(
        monkeypatch,
        Repository("https://github.com/ada/book"),
        baseurl="https://book.example.org",
        repository_url="https://github.com/eve/other",
    )
    assert config.html_theme_options == {"repository_url": "https://github.com/eve/other"}
    assert config.html_baseurl == "https://book.example.org/"


@pytest.mark.parametrize("where", [".", "extra", "extra/CNAME"])
def test_address_that_the_authors_files_name_comes_before_the_repositorys(tmp_path, monkeypatch, where):
    monkeypatch.delenv("READTHEDOCS_CANONICAL_URL", raising=False)
    file = tmp_path / where if where.endswith("CNAME") else tmp_path / where / "CNAME"
    file.parent.mkdir(exist_ok=True)
    file.write_text("book.example.org\n")
    config = SimpleNamespace(html_extra_path=[] if where == "." else [where])
    found = Repository("https://github.com/ada/book")
    assert repository.published_address(tmp_path, config, found) == "https://book.example.org/"
    monkeypatch.setenv("READTHEDOCS_CANONICAL_URL", "https://book.readthedocs.io/en/latest/")
    assert repository.published_address(tmp_path, config, found) == "https://book.readthedocs.io/en/latest/"
