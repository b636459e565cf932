"""Pictures of the pages at the size of a phone and of a desk, light and dark, and what a script can say of their
looks."""

import struct

import devices
from checks import demand, expect, heading, ok
from visitor import Visitor

SCREENS = {"phone": (390, 844), "desk": (1280, 800)}


def take(stage, album):
    heading("pictures")
    with stage.showcase() as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        photographer = Photographer(browser, album)

        visitor.open("/")
        photographer.take("first visit")
        visitor.count()
        photographer.take("visitor")
        visitor.open("/account")
        photographer.take("login")
        visitor.log_in("ada", "wrong", remember=True)
        photographer.take("login refused")
        visitor.log_in("ada", remember=True)
        photographer.take("account")
        visitor.open(devices.PAGE)
        photographer.take("one session")
        for agent in (*devices.AGENTS.values(), devices.HOSTILE):
            devices.log_in_elsewhere(visitor, agent)
        visitor.open(devices.PAGE)
        photographer.take("sessions")
        visitor.browser.press("li:not([aria-current]) button")
        visitor.browser.run("document.querySelector('button').focus()")
        photographer.take("session ended")
        visitor.open("/?did=renew")
        photographer.take("logged in")
        visitor.open("/nowhere")
        photographer.take("nothing here")
        with stage.keyed_showcase("sealed") as sealed:
            visitor = Visitor(browser, sealed.url)
            visitor.log_in("ada")
            visitor.open("/")
            photographer.take("sealed")
            visitor.open("/account")
            photographer.take("sealed account")
            visitor.open(devices.PAGE)
            photographer.take("sealed sessions")
        with stage.keyed_showcase("token-only") as token_only:
            browser.go(f"{token_only.url}/?did=reset")
            photographer.take("token")
    ok(f"{photographer.count} pictures: every page fits a phone of 390 pixels and a desk of 1,280, light and dark")
    ok("the browser complains of no page")


class Photographer:
    def __init__(self, browser, album):
        self.browser, self.album = browser, album
        self.count = 0

    def take(self, page):
        """Takes the page that the browser shows on every screen, and makes sure that it fits."""
        for screen, (width, height) in SCREENS.items():
            for is_dark in (False, True):
                self.browser.screen(width, height, screen == "phone", is_dark)
                self._check(f"the page \"{page}\" on a {screen}", width, is_dark)
                shade = "dark" if is_dark else "light"
                file = f"{self.album}/{page.replace(' ', '-')}-{screen}-{shade}.png"
                self.browser.picture(file)
                with open(file, "rb") as png:
                    expect(f"the width of {file}", struct.unpack(">I", png.read(24)[16:20])[0], width)
                self.count += 1

    def _check(self, what, width, is_dark):
        across = self.browser.run("return document.documentElement.scrollWidth")
        # That a page is answered with 401 or 404 is a complaint as well, and meant.
        complaints = [line for line in self.browser.complaints() if "responded with a status of 4" not in line]
        expect(f"what the browser complains of at {what}", complaints, [])
        demand(across <= width, f"{what} is {across} pixels wide: one has to scroll sideways")
        # The style sheet is there, and follows the colours that the visitor likes.
        luminance = self.browser.run(
            "return getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
            ".reduce((sum, part) => sum + part) / 765"
        )
        demand((luminance < 0.2) if is_dark else (luminance > 0.8), f"{what} has the brightness {luminance:.2f}")
