"""A client of the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), as much of it as the story needs, and
of ChromeDriver's own commands for what the protocol does not have: the size and the colours of a screen, and the
console."""

import base64
import http.client
import json
import re
import shutil
import subprocess
import time

from checks import Failure

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PATIENCE = 20


class WebDriverError(Failure):
    """An answer of the driver that is an error, by the protocol's code for it."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Driver:
    """ChromeDriver as a process."""

    def __init__(self):
        self.browser = _program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        self.process = subprocess.Popen(
            [_program("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.process.stdout:
            if started := re.search(r"successfully on port (\d+)", line):
                self.port = int(started[1])
                return
        raise Failure("chromedriver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def command(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            payload = None if method != "POST" else json.dumps(body or {})
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            value = json.load(connection.getresponse())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(value["error"], value["message"])
        return value


class Browser:
    """A headless Chromium. What it keeps beyond its own life is in the folder of its profile."""

    def __init__(self, driver, profile, *arguments):
        self.driver = driver
        arguments = [
            "--headless=new",
            f"--user-data-dir={profile}",
            "--hide-scrollbars",
            # In containers there is neither much shared memory nor what the sandbox needs. The pages are our own.
            "--disable-dev-shm-usage",
            "--no-sandbox",
            *arguments,
        ]
        session = driver.command("POST", "/session", {"capabilities": {"alwaysMatch": {
            "acceptInsecureCerts": True,
            "goog:chromeOptions": {"binary": driver.browser, "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}})
        self.path = f"/session/{session['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.quit()

    def quit(self):
        self.driver.command("DELETE", self.path)

    # Pages

    def go(self, url):
        self._post("/url", url=url)

    def back(self):
        self._post("/back")

    @property
    def url(self):
        return self._get("/url")

    @property
    def source(self):
        return self._get("/source")

    def run(self, script):
        return self._post("/execute/sync", script=script, args=[])

    def complaints(self):
        """What the browser wrote into its console since it was asked before: errors of a page, and what its policy of
        content forbade."""
        entries = self._post("/se/log", type="browser")
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def find(self, selector):
        """The first element of a CSS selector, as an identifier."""
        return self._post("/element", using="css selector", value=selector)[ELEMENT]

    def text(self, selector):
        return self._get(f"/element/{self.find(selector)}/text")

    def type(self, selector, text):
        self._post(f"/element/{self.find(selector)}/clear")
        self._post(f"/element/{self.find(selector)}/value", text=text)

    def tick(self, selector):
        self._post(f"/element/{self.find(selector)}/click")

    def press(self, selector):
        """Presses what leads to another page, and waits until that is there."""
        self.leave(lambda: self._post(f"/element/{self.find(selector)}/click"))

    def leave(self, deed):
        """Does what leads to another page, and waits until that is there. Between two pages the driver may not know
        what to answer, so only the next page's own word counts."""
        self.run("window.isLeft = true")
        deed()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.run("return window.isLeft === undefined && document.readyState === 'complete'"):
                    return
            except WebDriverError:
                pass
            time.sleep(0.02)
        raise Failure(f"no other page came within {PATIENCE} s; this one is {self.url}")

    # Cookies and tabs

    def cookies(self):
        """What the browser keeps for the page that it shows: dictionaries with the names of the protocol."""
        return self._get("/cookie")

    def tab(self):
        return self._get("/window")

    def open_tab(self):
        """Opens a tab and looks at it."""
        tab = self._post("/window/new", type="tab")["handle"]
        self.switch(tab)
        return tab

    def switch(self, tab):
        self._post("/window", handle=tab)

    def close_tab(self):
        """Closes the tab; another has to be switched to."""
        self.driver.command("DELETE", self.path + "/window")

    def ignore_content_policy(self):
        """From the next page on, what a test adds to a page runs, whatever the page says of its content."""
        self._devtools("Page.setBypassCSP", {"enabled": True})

    # Pictures

    def screen(self, width, height, is_phone, is_dark):
        """Makes the window a screen of this size, in CSS pixels, of somebody who likes it light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._devtools("Emulation.setEmulatedMedia", {"features": [scheme]})

    def picture(self, file):
        """The whole page as a PNG."""
        picture = self._devtools("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
        with open(file, "wb") as png:
            png.write(base64.b64decode(picture["data"]))

    # The protocol

    def _get(self, path):
        return self.driver.command("GET", self.path + path)

    def _post(self, path, **body):
        return self.driver.command("POST", self.path + path, body)

    def _devtools(self, command, parameters):
        return self._post("/goog/cdp/execute", cmd=command, params=parameters)


def _program(*names):
    for name in names:
        if path := shutil.which(name):
            return path
    raise Failure(f"none of these programs was found: {', '.join(names)}; Scripts/install browser installs them")
