"""Three browser engines behind one small face: open a page, run JavaScript, press keys, drag, and hear of every slip.

Chromium is driven by the Playwright that all tests share, Firefox by WebDriver BiDi over its own port (Debian ships no
geckodriver), WebKitGTK by Selenium under a virtual display. None of them can reach a host but this one.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

#: Key -> its code point in WebDriver.
KEYS = {
    **{"Tab": "\ue004", "Enter": "\ue006", " ": "\ue00d"},
    **{"PageUp": "\ue00e", "PageDown": "\ue00f", "End": "\ue010", "Home": "\ue011"},
    **{"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"},
}
WIDTH, HEIGHT = 1280, 900
MINIBROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"


class Missing(RuntimeError):
    """A browser is not on this machine."""


class Engine(ABC):
    """One window of one browser."""

    name: str

    def __init__(self) -> None:
        self.slips: list[str] = []

    @abstractmethod
    def open(self, url: str) -> None:
        """Load a page, and wait until it has."""

    @abstractmethod
    def run(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function with JSON arguments; what it returns, or its promise gives, as JSON."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys, one after another, in what has the focus."""

    @abstractmethod
    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the pointer at one place of the window, move it to another, let go."""

    @abstractmethod
    def close(self) -> None: ...

    def wait(self, function: str, *arguments: Any, seconds: float = 30) -> Any:
        """Wait until a JavaScript function gives something true."""
        deadline = time.monotonic() + seconds
        while not (found := self.run(function, *arguments)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: waited {seconds} s for {function} {arguments}")
            time.sleep(0.05)
        return found


class Chromium(Engine):
    """A page of Playwright's, which its caller opens, watches and closes."""

    name = "chromium"

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)

    def run(self, function: str, *arguments: Any) -> Any:
        return self.page.evaluate(f"(all) => ({function})(...all)", list(arguments))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def close(self) -> None:
        pass


def _actions(start: tuple[float, float], end: tuple[float, float]) -> list[dict[str, Any]]:
    def move(x: float, y: float, duration: int = 0) -> dict[str, Any]:
        return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": duration, "origin": "viewport"}

    middle = [(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part) for part in (0.3, 0.7, 1)]
    down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
    return [move(*start), down, *(move(*place, duration=20) for place in middle), up]


class Firefox(Engine):
    name = "firefox"

    def __init__(self) -> None:
        from websockets.sync.client import connect

        super().__init__()
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if program is None:
            raise Missing("no firefox-esr on PATH (Debian's package firefox-esr)")
        self._profile = tempfile.mkdtemp(prefix="firefox-")
        prefs = {
            # A proxy that nobody listens at, for every host but this one.
            **{"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9},
            **{
                "network.proxy.ssl": "127.0.0.1",
                "network.proxy.ssl_port": 9,
                "network.proxy.no_proxies_on": "127.0.0.1",
            },
            **{"app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False},
            **{"browser.shell.checkDefaultBrowser": False, "toolkit.telemetry.reportingpolicy.firstRun": False},
            **{"network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False},
            **{"browser.startup.page": 0, "services.settings.server": "http://127.0.0.1:9"},
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in prefs.items()]
        Path(self._profile, "user.js").write_text("\n".join(lines))
        log = Path(self._profile, "log.txt")
        with log.open("w") as out:
            command = [program, "--headless", "--no-remote", "--profile", self._profile, "--remote-debugging-port=0"]
            env = {**os.environ, "MOZ_HEADLESS_WIDTH": str(WIDTH), "MOZ_HEADLESS_HEIGHT": str(HEIGHT + 100)}
            self._process = subprocess.Popen(command, stdout=out, stderr=out, env=env, start_new_session=True)
        try:
            deadline = time.monotonic() + 90
            while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace"))):
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise Missing(f"firefox did not open its port: {log.read_text(errors='replace')[-500:]}")
                time.sleep(0.1)
            self._connection = connect(f"{found[1]}/session", max_size=None, ping_interval=None)
            self._socket = self._connection.__enter__()
            self._numbers = itertools.count(1)
            self._send("session.new", capabilities={})
            # The first window is never in front, where no button takes Enter.
            self._context = self._send("browsingContext.create", type="window")["context"]
            self._send(
                "browsingContext.setViewport", context=self._context, viewport={"width": WIDTH, "height": HEIGHT}
            )
            self._send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        except BaseException:
            self._end()
            raise

    def _send(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=120))
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message.get("method") == "log.entryAdded" and params["level"] in ("error", "warn"):
            self.slips.append(f"console {params['level']}: {params['text']}")
        if message.get("method") == "network.beforeRequestSent":
            url = params["request"]["url"]
            if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:", "about:")):
                self.slips.append(f"request to {url}")

    def open(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, function: str, *arguments: Any) -> Any:
        result = self._send(
            "script.callFunction",
            functionDeclaration=f"async (all) => JSON.stringify(await ({function})(...JSON.parse(all))) ?? 'null'",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(f"firefox: {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def _perform(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", context=self._context, actions=[source])

    def press(self, *keys: str) -> None:
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keys", "actions": strokes})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._perform({"type": "pointer", "id": "mouse", "actions": _actions(start, end)})

    def close(self) -> None:
        try:
            self._send("browser.close")
            self._connection.__exit__(None, None, None)
        finally:
            self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        shutil.rmtree(self._profile, ignore_errors=True)


class WebKit(Engine):
    """WebKitGTK. Its driver tells nothing of the console, so `watched` pages tell it themselves: see `serve`."""

    name = "webkit"

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.webkitgtk.service import Service

        super().__init__()
        browser = next(
            (path for path in (shutil.which("MiniBrowser"), MINIBROWSER) if path and Path(path).exists()), None
        )
        for program, package in (("Xvfb", "xvfb"), ("WebKitWebDriver", "webkit2gtk-driver")):
            if not shutil.which(program):
                raise Missing(f"no {program} on PATH (Debian's package {package})")
        if browser is None:
            raise Missing("no MiniBrowser (Debian's package libwebkit2gtk-4.1-0)")
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1200x24", "-nolisten", "tcp"]
        self._display = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(write)
        with os.fdopen(read) as pipe:
            display = pipe.readline().strip()
        env = {**os.environ, "DISPLAY": f":{display}", "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "GDK_BACKEND": "x11"}
        env["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # bubblewrap needs what a container has not
        options = webdriver.WebKitGTKOptions()
        options.binary_location = browser
        options.add_argument("--automation")
        try:
            service = Service(executable_path=shutil.which("WebKitWebDriver"), env=env)
            self._driver = webdriver.WebKitGTK(options=options, service=service)
        except BaseException:
            self._display.terminate()
            raise
        self._driver.set_script_timeout(60)
        self._driver.set_window_rect(width=WIDTH, height=HEIGHT + 100)

    def open(self, url: str) -> None:
        self._collect()
        self._driver.get(url)

    def run(self, function: str, *arguments: Any) -> Any:
        # Strings both ways: the driver's own conversion of numbers is not exact.
        script = (
            "const done = arguments[arguments.length - 1];"
            f"Promise.resolve().then(() => ({function})(...JSON.parse(arguments[0])))"
            ".then((x) => done(JSON.stringify([x ?? null])), (e) => done(JSON.stringify({ error: String(e) })));"
        )
        result = json.loads(self._driver.execute_async_script(script, json.dumps(arguments)))
        if isinstance(result, dict):
            raise RuntimeError(f"webkit: {result['error']}")
        return result[0]

    def _perform(self, source: dict[str, Any]) -> None:
        self._driver.execute("actions", {"actions": [source]})

    def press(self, *keys: str) -> None:
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keys", "actions": strokes})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        source = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self._perform({**source, "actions": _actions(start, end)})

    def _collect(self) -> None:
        self.slips += self.run("() => (window.slips ?? []).splice(0)")

    def close(self) -> None:
        try:
            self._collect()
            self._driver.quit()
        finally:
            self._display.terminate()
            self._display.wait(timeout=30)


# Collects in a page what the other engines' drivers report: console errors, exceptions, and requests to other hosts.
_WATCHER = b"""<script>window.slips = [];
addEventListener("error", (e) => slips.push(`exception: ${e.message ?? e.target?.src ?? e.target?.href}`), true);
addEventListener("unhandledrejection", (e) => slips.push(`exception: ${e.reason}`));
addEventListener("securitypolicyviolation", (e) => slips.push(`request to ${e.blockedURI}`));
for (const kind of ["error", "warn"]) {
  const own = console[kind];
  console[kind] = (...all) => { slips.push(`console ${kind}: ${all.join(" ")}`); own(...all); };
}</script>"""
_ONLY_HERE = "default-src 'self' 'unsafe-inline' data: blob:"


def serve(folder: Path, policy: str | None = None, watched: bool = False) -> ThreadingHTTPServer:
    """Serve ``folder`` on loopback from a thread; ``server.address`` is where.

    ``policy`` is a Content-Security-Policy for its pages. ``watched`` pages collect their own slips in ``window.slips``
    and may load nothing from elsewhere.
    """

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: Any) -> None:
            pass

        def end_headers(self) -> None:
            if policy or watched:
                self.send_header("Content-Security-Policy", policy or _ONLY_HERE)
            super().end_headers()

        def do_GET(self) -> None:
            path = Path(self.translate_path(self.path))
            if not watched or path.suffix != ".html" or not path.is_file():
                return super().do_GET()
            content = path.read_bytes().replace(b"<head>", b"<head>" + _WATCHER, 1)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
