"""Screenshots of the pages on a phone and on a desktop, light and dark, with checks of their layout."""

import struct

import administration
import devices
import impersonation
from browser_user import BrowserUser
from checks import expect, heading, ok, require

SCREENS = {"phone": (390, 844), "desk": (1280, 800)}


def run(environment, output_folder):
    heading("screenshots")
    with environment.showcase() as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        recorder = ScreenshotRecorder(browser, output_folder)

        user.open("/")
        recorder.capture("first visit")
        user.count()
        recorder.capture("visitor")
        user.open("/account")
        recorder.capture("login")
        user.log_in("ada", "wrong", remember=True)
        recorder.capture("login refused")
        user.log_in("ada", remember=True)
        recorder.capture("account")
        user.open(devices.PAGE)
        recorder.capture("one session")
        for agent in (*devices.AGENTS.values(), devices.HOSTILE):
            devices.log_in_elsewhere(user, agent)
        user.open(devices.PAGE)
        recorder.capture("sessions")
        user.browser.press("li:not([aria-current]) button")
        user.browser.run("document.querySelector('button').focus()")
        recorder.capture("session ended")
        user.log_in("grace")
        user.open(administration.PAGE)
        recorder.capture("all sessions")
        administration.find(user, "nobody")
        recorder.capture("no session found")
        user.open("/account")
        recorder.capture("administrator")
        impersonation.act(user, "alan")
        recorder.capture("acting")
        impersonation.stop(user)
        user.log_in("ada")
        user.open("/?did=renew")
        recorder.capture("logged in")
        user.open("/nowhere")
        recorder.capture("nothing here")
        with environment.keyed_showcase("sealed") as sealed:
            user = BrowserUser(browser, sealed.url)
            user.log_in("ada")
            user.open("/")
            recorder.capture("sealed")
            user.open("/account")
            recorder.capture("sealed account")
            user.open(devices.PAGE)
            recorder.capture("sealed sessions")
        with environment.keyed_showcase("token-only") as token_only:
            browser.go(f"{token_only.url}/?did=reset")
            recorder.capture("token")
    ok(f"{recorder.count} screenshots: every page fits 390 and 1,280 pixels, light and dark")
    ok("the console is empty on every page")


class ScreenshotRecorder:
    def __init__(self, browser, output_folder):
        self.browser, self.output_folder = browser, output_folder
        self.count = 0

    def capture(self, page):
        """Captures the current page on every screen, and checks its layout."""
        for screen, (width, height) in SCREENS.items():
            for is_dark in (False, True):
                self.browser.screen(width, height, screen == "phone", is_dark)
                self._check(f"the page \"{page}\" on a {screen}", width, is_dark)
                shade = "dark" if is_dark else "light"
                file = f"{self.output_folder}/{page.replace(' ', '-')}-{screen}-{shade}.png"
                self.browser.screenshot(file)
                with open(file, "rb") as png:
                    expect(f"the width of {file}", struct.unpack(">I", png.read(24)[16:20])[0], width)
                self.count += 1

    def _check(self, what, width, is_dark):
        page_width = self.browser.run("return document.documentElement.scrollWidth")
        # The console reports 401 and 404 as errors. The tests expect them.
        messages = [line for line in self.browser.console_messages() if "responded with a status of 4" not in line]
        expect(f"the console messages of {what}", messages, [])
        require(page_width <= width, f"{what} is {page_width} pixels wide and scrolls sideways")
        # The style sheet follows the color scheme.
        luminance = self.browser.run(
            "return getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
            ".reduce((sum, part) => sum + part) / 765"
        )
        require((luminance < 0.2) if is_dark else (luminance > 0.8), f"{what} has the brightness {luminance:.2f}")
