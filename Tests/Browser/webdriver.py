"""A client of the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/), with what the tests need.
ChromeDriver's own commands set the size and the color scheme of the screen and read the console."""

import base64
import http.client
import json
import re
import shutil
import subprocess
import time

from checks import Failure

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TIMEOUT = 20


class WebDriverError(Failure):
    """An error response of the driver, with the protocol's error code."""

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
    """A headless Chromium. Its profile folder outlives the process."""

    def __init__(self, driver, profile, *arguments):
        self.driver = driver
        arguments = [
            "--headless=new",
            f"--user-data-dir={profile}",
            "--hide-scrollbars",
            # Containers have little shared memory and no sandbox. The pages are trusted.
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

    def console_messages(self):
        """The new warnings and errors of the console, such as violations of the Content-Security-Policy."""
        entries = self._post("/se/log", type="browser")
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def find(self, selector):
        """The identifier of the first element that a CSS selector matches."""
        return self._post("/element", using="css selector", value=selector)[ELEMENT]

    def text(self, selector):
        return self._get(f"/element/{self.find(selector)}/text")

    def type(self, selector, text):
        self._post(f"/element/{self.find(selector)}/clear")
        self._post(f"/element/{self.find(selector)}/value", text=text)

    def tick(self, selector):
        self._post(f"/element/{self.find(selector)}/click")

    def press(self, selector):
        """Clicks an element that navigates, and waits for the next page."""
        self.navigate(lambda: self._post(f"/element/{self.find(selector)}/click"))

    def navigate(self, action):
        """Performs an action that navigates, and waits for the next page. The driver may fail between two pages, so the
        script of the next page decides."""
        self.run("window.isPreviousPage = true")
        action()
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            try:
                if self.run("return window.isPreviousPage === undefined && document.readyState === 'complete'"):
                    return
            except WebDriverError:
                pass
            time.sleep(0.02)
        raise Failure(f"no navigation from {self.url} within {TIMEOUT} s")

    # Cookies and tabs

    def cookies(self):
        """The cookies for the current page, as dictionaries with the names of the protocol."""
        return self._get("/cookie")

    def tab(self):
        return self._get("/window")

    def tabs(self):
        return self._get("/window/handles")

    def open_tab(self):
        """Opens a tab and switches to it."""
        tab = self._post("/window/new", type="tab")["handle"]
        self.switch(tab)
        return tab

    def switch(self, tab):
        self._post("/window", handle=tab)

    def close_tab(self):
        """Closes the tab. The caller switches to another one."""
        self.driver.command("DELETE", self.path + "/window")

    def bypass_content_security_policy(self):
        """Lets scripts that a test adds run, from the next page on."""
        self._devtools("Page.setBypassCSP", {"enabled": True})

    # Screenshots

    def screen(self, width, height, is_phone, is_dark):
        """Emulates a screen of this size, in CSS pixels, with a light or dark color scheme."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self._devtools("Emulation.setEmulatedMedia", {"features": [scheme]})

    def screenshot(self, file):
        """Writes the whole page as a PNG file."""
        screenshot = self._devtools("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
        with open(file, "wb") as png:
            png.write(base64.b64decode(screenshot["data"]))

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
    raise Failure(f"install one of {', '.join(names)}: run Scripts/install browser")
