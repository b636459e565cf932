"""The story of the Showcase in a real browser. Every line that begins with "ok" was checked; the first thing that is
not so ends the story."""

import argparse
import json
import os
import tempfile
import time
import urllib.request

import ahead
import devices
import pictures
from checks import Failure, demand, expect, heading, ok, tell
from showcase import Showcase, new_key
from proxies import TLSProxy
from visitor import Visitor
from webdriver import Browser, Driver, WebDriverError

DAY = 86_400


class Stage:
    """What the chapters share: the driver, the program, a folder that goes away, and files in it that never meet."""

    def __init__(self, driver, program, folder):
        self.driver, self.program, self.folder = driver, program, folder
        self.count = 0

    def path(self, name):
        self.count += 1
        return f"{self.folder}/{self.count}-{name}"

    def showcase(self, *options, store=None):
        """On a file of its own, unless there is to be another store."""
        store = store or f"sqlite:{self.path('sessions.sqlite')}"
        return Showcase(self.program, self.path("server.log"), "--store", store, *options)

    def keyed_showcase(self, store):
        keys = self.path("keys")
        with open(keys, "w") as file:
            file.write(new_key() + "\n")
        return self.showcase("--keys", keys, store=store)

    def browser(self, *arguments, profile=None):
        return Browser(self.driver, profile or self.path("profile"), *arguments)


def one_browser(stage):
    heading("one browser, plain HTTP")
    with stage.showcase() as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        visits_and_counts(visitor)
        logs_in(visitor)
        outlives_a_restart(visitor, showcase)
        is_safe_from_another_site(visitor)
        uses_two_tabs(visitor)
        goes_back(visitor)


def visits_and_counts(visitor):
    visitor.open("/login")
    expect("the cookie of a visitor of whom nothing is remembered", visitor.cookie(), None)
    visitor.open("/")
    expect("the first visit", visitor.visits(), 1)
    token = visitor.cookie()["value"]
    visitor.open("/")
    expect("the second visit", visitor.visits(), 2)
    for _ in range(2):
        visitor.count()
    expect("what the page shows", visitor.values(), {"clicks": "2", "visits": "4"})
    expect("the token after four visits", visitor.cookie()["value"], token)
    ok("a visitor comes, comes again, and presses a button that counts")
    visitor.expect_cookie(httpOnly=True, secure=False, sameSite="Lax", path="/", domain="127.0.0.1")
    ok("the browser reports HttpOnly, SameSite=Lax, the path /, this host alone, and an end with the browser")
    expect("document.cookie", visitor.browser.run("return document.cookie"), "")
    ok("scripts of the page see no cookie")


def logs_in(visitor):
    token, session = visitor.cookie()["value"], visitor.session_id()
    visitor.expect_nobody("the account of a stranger")
    visitor.log_in("ada", "wrong")
    expect("a wrong password", visitor.browser.text("#problem"), "The username or the password is wrong.")
    expect("the token after a wrong password", visitor.cookie()["value"], token)
    visitor.log_in("ada")
    expect("where the login leads", visitor.browser.url, f"{visitor.url}/account")
    visitor.expect_person("ada", "who is logged in")
    demand(visitor.cookie()["value"] != token, "the token is the same after the login")
    demand(visitor.session_id() != session, "the session is the same after the login")
    visitor.open("/")
    visitor.count()
    expect("what was carried over, and one more", visitor.values(), {"clicks": "3", "visits": "6"})
    ok("a login is another session with another token, and the counters came along")


def outlives_a_restart(visitor, showcase):
    token = visitor.cookie()["value"]
    showcase.stop()
    try:
        visitor.open("/")
        raise Failure("a page came while no server was there")
    except WebDriverError:
        pass
    showcase.start()
    visitor.expect_person("ada", "who is logged in after a restart")
    visitor.open("/")
    expect("the counters after a restart", visitor.values(), {"clicks": "3", "visits": "7"})
    expect("the token after a restart", visitor.cookie()["value"], token)
    ok("the server is stopped and started again, and she is still logged in")


def is_safe_from_another_site(visitor):
    send_form(visitor.browser, f"{visitor.url}/logout")
    expect("what the other site's form gets", visitor.browser.text(".status"), "403")
    visitor.expect_person("ada", "who is logged in after another site's form")
    ok("a form on another site cannot log her out")


def uses_two_tabs(visitor):
    browser = visitor.browser
    first = browser.tab()
    token = visitor.cookie()["value"]
    second = browser.open_tab()
    visitor.expect_person("ada", "who is logged in, says the second tab")
    visitor.open("/")
    visitor.count()
    browser.switch(first)
    visitor.open("/")
    expect("what the first tab sees of the second one's counting", visitor.values()["clicks"], "4")
    ok("a second tab sees the same person and the same counters")
    browser.switch(second)
    visitor.log_out()
    expect("what the second tab says", browser.text("#greeting"), "Hello, visitor.")
    demand(visitor.cookie()["value"] != token, "the token is the same after the logout")
    browser.switch(first)
    expect("what the first tab still shows", browser.text("#greeting"), "Hello, Ada Lovelace.")
    browser.press("nav a[href='/account']")
    visitor.expect_login_page("what the first tab gets")
    ok("a logout in the second tab ends the first")


def goes_back(visitor):
    browser = visitor.browser
    visitor.log_in("ada")
    visitor.expect_person("ada", "who is logged in")
    visitor.log_out()
    browser.back()
    visitor.expect_login_page("the page before the logout")
    ok("the back button shows nothing private after a logout")


def restarted_browsers(stage):
    heading("a browser that is closed and opened again")
    profile = stage.path("profile")
    with stage.showcase() as showcase:
        with stage.browser(profile=profile) as browser:
            visitor = Visitor(browser, showcase.url)
            visitor.log_in("ada")
            visitor.expect_person("ada", "who is logged in")
        with stage.browser(profile=profile) as browser:
            visitor = Visitor(browser, showcase.url)
            visitor.expect_nobody("an ordinary session in a new browser")
            expect("the cookie in a new browser", visitor.cookie(), None)
            ok("an ordinary session ends with the browser")
            visitor.log_in("ada", remember=True)
            # As long as a remembered session lives without being used.
            left = visitor.cookie()["expiry"] - time.time()
            demand(14 * DAY - 300 < left <= 14 * DAY + 1, f"the cookie lives for {left:.0f} s, not for 14 days")
            token = visitor.cookie()["value"]
        with stage.browser(profile=profile) as browser:
            visitor = Visitor(browser, showcase.url)
            visitor.expect_person("ada", "who is logged in in a new browser")
            expect("the token in a new browser", visitor.cookie()["value"], token)
            ok("a remembered one does not: its cookie lives for 14 days")
            visitor.log_out()
        with stage.browser(profile=profile) as browser:
            visitor = Visitor(browser, showcase.url)
            visitor.expect_nobody("a remembered session that was logged out, in a new browser")
            expect("the cookie in a new browser", visitor.cookie(), None)
            ok("logged out it is gone, also for a new browser")


def https(stage):
    heading("HTTPS, behind a proxy")
    with stage.showcase("--secure", "always") as showcase, TLSProxy(stage.folder, showcase.port) as proxy:
        with stage.browser("--host-resolver-rules=MAP *.test 127.0.0.1") as browser:
            visitor = Visitor(browser, f"https://showcase.test:{proxy.port}", "__Host-session")
            visitor.open("/")
            visitor.log_in("ada")
            visitor.expect_person("ada", "who is logged in")
            visitor.expect_cookie(httpOnly=True, secure=True, sameSite="Lax", path="/", domain="showcase.test")
            expect("document.cookie", browser.run("return document.cookie"), "")
            ok("the browser keeps __Host-session, Secure, for this host alone")
            token = visitor.cookie()["value"]
            browser.go(f"http://showcase.test:{showcase.port}/account")
            expect("the way to the account over plain HTTP", browser.text("h1"), "Log in")
            neighbour = Visitor(browser, f"https://neighbour.showcase.test:{proxy.port}", "__Host-session")
            neighbour.expect_nobody("the account on a neighbouring host")
            ok("it is sent neither over plain HTTP nor to a neighbouring host")
            plant(browser, "__Host-session", thief_token(showcase))
            visitor.expect_person("ada", "who is logged in after a neighbour's attempt")
            expect("the token after a neighbour's attempt", visitor.cookie()["value"], token)
            ok("a neighbouring host cannot plant another in its place")


def a_name_without_prefix(stage):
    heading("HTTPS, a cookie without prefix that follows the connection")
    with stage.showcase("--secure", "auto", "--trusted-proxies", "1") as showcase:
        with TLSProxy(stage.folder, showcase.port) as proxy:
            with stage.browser("--host-resolver-rules=MAP *.test 127.0.0.1") as browser:
                visitor = Visitor(browser, f"https://showcase.test:{proxy.port}")
                neighbour = Visitor(browser, f"https://neighbour.showcase.test:{proxy.port}")
                visitor.log_in("ada")
                visitor.expect_cookie(httpOnly=True, secure=True, sameSite="Lax", path="/", domain="showcase.test")
                ok("the cookie is Secure because the proxy says so")
                neighbour.open("/login")
                plant(browser, "session", "A" * 64)
                visitor.expect_person("ada", "who is logged in after a neighbour planted nonsense")
                neighbour.open("/login")
                plant(browser, "session", thief_token(showcase))
                visitor.expect_nobody("the account after a neighbour planted a session of their own")
                ok("what a neighbouring host plants beside it makes her nobody else")
                visitor.log_in("ada")
                visitor.expect_person("ada", "who is logged in after a new login")
                ok("and a new login ends what was planted, and lets her in")


def a_link_from_another_site(stage):
    heading("a link from another site, with SameSite=Strict")
    with stage.showcase("--same-site", "strict") as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        visitor.log_in("ada")
        token = visitor.cookie()["value"]
        browser.go(f"data:text/html,<title>Another site</title><a href='{visitor.url}/'>A link</a>")
        browser.press("a")
        expect("what the page of the link says", browser.text("#greeting"), "Hello, visitor.")
        expect("the token after the link", visitor.cookie()["value"], token)
        visitor.expect_person("ada", "who is logged in after the link")
        ok("the page of the link knows no one, sets no cookie, and she is still logged in")


def a_payment(stage):
    heading("a form of a payment service, with SameSite=Lax")
    with stage.showcase() as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        visitor.log_in("ada")
        visitor.open("/")
        token, values = visitor.cookie()["value"], visitor.values()
        send_form(browser, f"{visitor.url}/payment/return")
        expect("where the form leads", browser.url, f"{visitor.url}/account")
        expect("who is logged in after the form", browser.text("h1"), "Ada Lovelace")
        expect("the token after the form", visitor.cookie()["value"], token)
        expect("the values after the form", visitor.values(), values)
        ok("a form of another site, to a page that sets a value, leaves her logged in, and sets nothing")
        browser.run("return fetch('/payment/return', {method: 'POST', redirect: 'manual'}).then(() => 0)")
        visitor.open("/account")
        expect("what the page says after a form of this site", devices.messages(visitor), ["Your payment has arrived."])
        ok("the same form of this site sets the value")


def sealed_sessions(stage):
    heading("sealed sessions, which are in their cookies")
    with stage.keyed_showcase("sealed") as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        visitor.open("/")
        visitor.open("/")
        expect("the second visit", visitor.visits(), 2)
        size = len("session") + len(visitor.cookie()["value"])
        visitor.log_in("ada")
        visitor.open("/")
        visitor.count()
        expect("what the page shows", visitor.values(), {"clicks": "1", "visits": "4"})
        demand(len("session") + len(visitor.cookie()["value"]) > size, "the cookie does not grow with the session")
        ok("a visitor counts, logs in, and takes the counters along")
        showcase.stop()
        showcase.start()
        visitor.expect_person("ada", "who is logged in after a restart")
        visitor.open("/")
        expect("the counters after a restart", visitor.values(), {"clicks": "1", "visits": "5"})
        ok("the server, which has stored nothing, is stopped and started again, and she is still logged in")
        visitor.log_out()
        expect("what the page says after a logout", browser.text("#greeting"), "Hello, visitor.")
        goes_back(visitor)


def tokens_only(stage):
    heading("tokens only")
    with stage.keyed_showcase("token-only") as showcase, stage.browser() as browser:
        visitor = Visitor(browser, showcase.url)
        visitor.open("/")
        token, name = visitor.cookie()["value"], visitor.session_id()
        visitor.open("/")
        expect("the token of a second visit", (visitor.cookie()["value"], visitor.session_id()), (token, name))
        demand(token[22:64] not in browser.source, "the page tells the token")
        browser.press("form[action='/api/session/reset'] button")
        demand(visitor.cookie()["value"] != token and visitor.session_id() != name, "the button makes no new token")
        ok("a visitor has a token that stays, until a button makes another")
        visitor.open("/account")
        expect("the account where nobody has one", browser.text(".status"), "501")
        ok("what needs a server that remembers is answered in words")


def send_form(browser, url):
    """Sends a form from a page of another site, and waits for the page that it leads to."""
    browser.go("data:text/html,<title>Another site</title>")
    browser.leave(lambda: browser.run(
        "const form = document.body.appendChild(document.createElement('form'));"
        f"form.method = 'post'; form.action = '{url}'; form.submit()"
    ))


def plant(browser, name, token):
    """Sets a cookie for the host and all its neighbours, as a script of any of them may."""
    browser.run(f"document.cookie = '{name}={token}; Domain=showcase.test; Path=/; Secure'")


def thief_token(showcase):
    """A token that is good, of a session in which somebody else is logged in."""
    request = urllib.request.Request(
        f"{showcase.url}/api/login",
        json.dumps({"username": "alan", "password": "turing"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Set-Cookie"].split(";")[0].split("=")[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    parser.add_argument("--screenshots", metavar="FOLDER", help="where to leave pictures of the pages")
    arguments = parser.parse_args()
    # Chromium may still be writing into its profile when the driver says that it has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Driver() as driver:
        stage = Stage(driver, arguments.program, folder)
        one_browser(stage)
        restarted_browsers(stage)
        devices.use(stage)
        https(stage)
        a_name_without_prefix(stage)
        a_link_from_another_site(stage)
        a_payment(stage)
        ahead.use(stage)
        sealed_sessions(stage)
        tokens_only(stage)
        album = arguments.screenshots or stage.path("screenshots")
        os.makedirs(album, exist_ok=True)
        pictures.take(stage, album)


tell(main)
