"""What a chapter asks of its reader, here and as a stock Jupyter Book would send it: `python bench/page_weight.py`.

Both columns come from one run on this machine. The stock book is built from the same chapters with Jupyter Book's own
settings; what it fetches from content networks is served from npm's packages by loopback addresses, one a network.
Bytes are counted as sent with gzip. Lighthouse's speed depends on the machine and its load; the rest does not.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browsers import CHROMIUM_ARGS, ensure_chromium  # noqa: E402
from project import python_path  # noqa: E402

MODULES = ROOT / "bench" / "node_modules"
STOCK = ROOT / "_build" / "bench" / "stock"
BIN = Path(sys.executable).parent
#: Where a stock page finds its scripts, and the loopback address and the folder that stand for it here.
NETWORKS = {
    "https://cdn.jsdelivr.net/npm/": ("127.0.0.2", MODULES),
    "https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.4/": ("127.0.0.3", MODULES / "requirejs"),
    "https://unpkg.com/": ("127.0.0.4", MODULES),
}
#: Browsers may reach this machine alone.
ARGS = [a for a in CHROMIUM_ARGS if "resolver" not in a] + ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*.*.*"]
UNPACKED = {".html", ".js", ".css", ".svg", ".json", ".mjs", ".map", ".xml", ""}


class Packed(http.server.SimpleHTTPRequestHandler):
    """Serves a folder with gzip and the ten minutes of cache that GitHub Pages gives."""

    def do_GET(self):
        # A content network knows packages by name@version; npm unpacks them under the name alone.
        path = Path(self.translate_path(re.sub(r"(?<=[\w-])@[~^*\w.]+(?=/)", "", urlsplit(self.path).path)))
        path = path / "index.html" if path.is_dir() else path
        if path.name == "require.min.js":
            path = path.with_name("require.js")
        path = path if path.is_file() else path.with_name(path.name + ".js")
        if not path.is_file():
            return self.send_error(404)
        data, packed = path.read_bytes(), path.suffix in UNPACKED
        data = gzip.compress(data, 6) if packed else data
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Access-Control-Allow-Origin", "*")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def serve(folder: Path, host: str = "127.0.0.1", port: int = 0) -> int:
    httpd = http.server.ThreadingHTTPServer((host, port), lambda *args: Packed(*args, directory=str(folder)))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    return httpd.server_port


def build_stock(pages: list[str]) -> Path:
    """Build `pages` as Jupyter Book does by default; only what their syntax needs is switched on. Returns the site."""
    shutil.rmtree(STOCK, ignore_errors=True)
    shutil.copytree(ROOT / "book", STOCK / "book", ignore=shutil.ignore_patterns("_static"))
    own = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    extensions = [
        e
        for e in own["sphinx"]["extra_extensions"]
        if not e.startswith(("leanpage", "kernelfree", "askback", "sectionsearch"))
    ]
    stock = {
        "title": own["title"],
        "execute": {"execute_notebooks": "force", "timeout": own["execute"]["timeout"]},
        "parse": own["parse"],
        "bibtex_bibfiles": own["bibtex_bibfiles"],
        "only_build_toc_files": True,
        "sphinx": {"extra_extensions": extensions},
    }
    (STOCK / "_config.yml").write_text(yaml.safe_dump(stock))
    toc = {"format": "jb-book", "root": "book/index", "chapters": [{"file": page} for page in pages]}
    (STOCK / "_toc.yml").write_text(yaml.safe_dump(toc))
    environment = {**os.environ, "PYTHONPATH": python_path()}
    command = [BIN / "jb", "build", str(STOCK)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The stock book was not built:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return STOCK / "_build" / "html"


def with_networks_here(site: Path, ports: dict[str, int]) -> None:
    """Point the stock pages at this machine in place of the content networks."""
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for network, (host, _) in NETWORKS.items():
            text = text.replace(network, f"http://{host}:{ports[network]}/")
        # npm's copies have the same scripts in other bytes (require.js is not minified: 17 kB more).
        page.write_text(re.sub(r' integrity="[^"]*"', "", text), "utf-8")


class Visit:
    """A page watched while it loads: what it asked for, what came, what it complained of."""

    def __init__(self, page):
        self.sent: dict[str, int] = {}
        self.slips: list[str] = []
        page.on("console", lambda m: m.type in ("error", "warning") and self.slips.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: self.slips.append(f"exception: {error}"))
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("Network.enable")
        self.names: dict[str, str] = {}
        self.cdp.on("Network.requestWillBeSent", lambda e: self.names.update({e["requestId"]: e["request"]["url"]}))
        self.cdp.on("Network.loadingFinished", self._came)
        self.cached: set[str] = set()
        self.cdp.on("Network.requestServedFromCache", lambda e: self.cached.add(e["requestId"]))

    def _came(self, event) -> None:
        address = self.names.get(event["requestId"], "")
        if address.startswith("http") and event["requestId"] not in self.cached:
            self.sent[address] = self.sent.get(address, 0) + int(event["encodedDataLength"])


def settle(page) -> None:
    """Wait until nothing more is fetched; a stock page that keeps asking in vain gets 15 seconds."""
    for _ in range(2):
        with contextlib.suppress(TimeoutError):
            page.wait_for_load_state("networkidle", timeout=15_000)
        page.evaluate("document.fonts.ready.then(() => true)")


def measure(browser, base: str, chapter: str, second: str) -> dict[str, str]:
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    visit = Visit(page)
    page.goto(f"{base}/{chapter}.html")
    settle(page)
    first = dict(visit.sent)
    hosts = {urlsplit(address).hostname for address in first} - {urlsplit(base).hostname}
    largest = 0
    for figure in page.locator("[data-live-figure]").all():
        before = sum(visit.sent.values())
        figure.scroll_into_view_if_needed()
        page.wait_for_function("(figure) => figure.dataset.ready !== undefined", arg=figure.element_handle())
        largest = max(largest, sum(visit.sent.values()) - before)
    page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))
    rules = page.evaluate("axe.run().then((found) => found.violations.map((rule) => rule.id))")
    slips = list(visit.slips)
    warm_page = context.new_page()
    warm = Visit(warm_page)
    warm_page.goto(f"{base}/{second}.html")
    settle(warm_page)
    context.close()
    scripts = sum(size for address, size in first.items() if urlsplit(address).path.endswith((".js", ".mjs")))
    return {
        "first visit, kB gz before scrolling": f"{sum(first.values()) / 1000:.0f}",
        "the heaviest figure as it comes near, kB more": f"{largest / 1000:.0f}" if largest else "-",
        "second chapter, cache warm, kB": f"{sum(warm.sent.values()) / 1000:.0f}",
        "requests, first visit": str(len(first)),
        "of it JavaScript, kB": f"{scripts / 1000:.0f}",
        "other hosts": str(len(hosts)),
        "axe rules broken": str(len(rules)) + (f" ({', '.join(rules)})" if rules else ""),
        "console errors and warnings": str(len(slips)),
    }


def lighthouse(chromium: str, address: str) -> str:
    """Return Lighthouse's four scores for a phone."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        command = [
            *[str(BIN / "node"), str(MODULES / "lighthouse" / "cli" / "index.js"), address, "--quiet", "--output=json"],
            *[f"--output-path={out}", f"--chrome-flags=--headless {' '.join(a if ' ' not in a else '' for a in ARGS)}"],
        ]
        done = subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium}, capture_output=True, text=True)
        if not out.exists():
            return f"failed: {done.stderr.strip().splitlines()[-1:]}"
        report = json.loads(out.read_text("utf-8"))
        if error := report.get("runtimeError"):
            return f"failed: {error['message']}"
        scores = report["categories"]
    return ", ".join(
        f"{round(100 * (scores[kind]['score'] or 0))}"
        for kind in ("performance", "accessibility", "best-practices", "seo")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapter", default="book/negative-log-likelihood", help="the page to measure")
    parser.add_argument("--second", default="book/cross-entropy", help="the page that its reader opens next")
    parser.add_argument("--every-page", action="store_true", help="Lighthouse on each of our pages, too")
    parser.add_argument("--no-lighthouse", action="store_true")
    options = parser.parse_args()
    ours = ROOT / "_build" / "html"
    if not (ours / f"{options.chapter}.html").exists():
        sys.exit(f"{options.chapter} is not built: run `make book` first")
    if not (MODULES / "lighthouse").exists():
        npm = [BIN / "npm", "ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund", "--prefix", ROOT / "bench"]
        subprocess.run(npm, check=True)
    chromium = ensure_chromium()
    print("Building the stock book from the same chapters", flush=True)
    stock = build_stock([options.chapter, options.second])
    with_networks_here(stock, {network: serve(folder, host) for network, (host, folder) in NETWORKS.items()})
    bases = {"stock": f"http://127.0.0.1:{serve(stock)}", "ours": f"http://127.0.0.1:{serve(ours)}"}

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        columns = {name: measure(browser, base, options.chapter, options.second) for name, base in bases.items()}
        browser.close()
    scores = "Lighthouse, phone: speed, access, practice, search"
    if not options.no_lighthouse:
        for name, base in bases.items():
            columns[name][scores] = lighthouse(chromium, f"{base}/{options.chapter}.html")

    print(f"\n{options.chapter}\n\n| | stock | ours |\n|-|-|-|")
    for row in columns["ours"]:
        print(f"| {row} | {columns['stock'][row]} | {columns['ours'][row]} |")
    if options.every_page:
        print(f"\n| {scores} | |\n|-|-|")
        for page in sorted(ours.rglob("*.html")):
            name = page.relative_to(ours).as_posix()
            if (
                not name.startswith("_")
                and name != "404.html"
                and 'http-equiv="refresh"' not in page.read_text("utf-8")
            ):
                print(f"| {name} | {lighthouse(chromium, bases['ours'] + '/' + name)} |", flush=True)


if __name__ == "__main__":
    main()
