"""Where the tests' browsers are, and how they come to this machine: `python tests/browsers.py` makes sure of them,
`python tests/browsers.py chromium` of that one alone.

Chromium is $CHROMIUM, else one from PATH or Debian's packages, best its headless shell, which draws no window around a
page and so opens it in half the time, else Playwright's own download. Firefox and WebKitGTK, the second and third
engine, come from PATH or from Debian's packages. What cannot be had ends in one line that says so; no test is skipped
for want of a browser.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL_NAMES = ("chromium-headless-shell", "chrome-headless-shell")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
#: What a browser needs so as to start in a container, and so as to call nobody by itself.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
#: Program -> Debian package that holds it.
DEBIAN = {"firefox-esr": "firefox-esr", "WebKitWebDriver": "webkit2gtk-driver", "xvfb-run": "xvfb"}


class NoBrowser(RuntimeError):
    """A browser that the tests need is not here and could not be installed; the text says what to do."""


def chromium_path() -> str | None:
    """The Chromium to drive: $CHROMIUM, one on PATH, or one that Playwright has downloaded; None if there is none.

    Raises NoBrowser if $CHROMIUM names something that is not there, rather than quietly taking another browser.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            raise NoBrowser(f"CHROMIUM names {named!r}, which is not a program on this machine")
        return found
    for name in (*SHELL_NAMES, *CHROMIUM_NAMES):
        if found := shutil.which(name):
            return found
    return _playwright_chromium()


@functools.cache  # Playwright answers only while it drives no browser in the same thread
def _playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _apt_install(*packages: str) -> bool:
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        prefix = ["sudo", "-n"]
    else:
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-q"], env=env, capture_output=True)
    command = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    return subprocess.run(command, env=env, capture_output=True).returncode == 0


def _apt_offers(package: str) -> bool:
    known = shutil.which("apt-cache") and subprocess.run(["apt-cache", "show", package], capture_output=True)
    return bool(known) and known.returncode == 0


def ensure_chromium() -> str:
    """The path of a Chromium, installed if need be. Raises NoBrowser."""
    path, shell = chromium_path(), "chromium-headless-shell"
    if path and ("CHROMIUM" in os.environ or Path(path).name in SHELL_NAMES or not _apt_offers(shell)):
        return path
    print(f"Trying Debian's package {shell}", flush=True)
    if _apt_install(shell) or path:
        return chromium_path() or shell
    print("That did not work: trying Playwright's download", flush=True)
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(download, capture_output=True).returncode == 0:
        _playwright_chromium.cache_clear()
        if path := _playwright_chromium():
            return path
    print("That did not work: trying Debian's package chromium", flush=True)
    if _apt_install("chromium") and (path := chromium_path()):
        return path
    raise NoBrowser("The browser tests need Chromium: install it, or name it as CHROMIUM=/path/to/chromium make test")


def ensure_others() -> None:
    """Firefox and WebKitGTK with their drivers, installed if need be. Raises NoBrowser naming what is missing."""
    missing = [package for program, package in DEBIAN.items() if not shutil.which(program)]
    if missing:
        print(f"Installing {', '.join(missing)} for the other two browsers", flush=True)
        _apt_install(*missing)
    still = [f"{program} (Debian's {package})" for program, package in DEBIAN.items() if not shutil.which(program)]
    if still:
        raise NoBrowser(
            f"The browser tests also need {', '.join(still)}: install what is missing and run make test again"
        )


if __name__ == "__main__":
    try:
        print("Chromium:", ensure_chromium())
        if "chromium" not in sys.argv[1:]:
            ensure_others()
    except NoBrowser as problem:
        sys.exit(str(problem))
