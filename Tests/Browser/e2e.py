"""End-to-end tests of the Showcase in headless Chromium. Each "ok" is a passed check. The first failure exits."""

import argparse
import json
import os
import tempfile
import time
import urllib.request

import administration
import devices
import impersonation
import prefetch
import screenshots
from browser_user import BrowserUser
from checks import Failure, expect, heading, ok, require, run_checks
from proxies import TLSProxy
from showcase import Showcase, new_key
from webdriver import Browser, Driver, WebDriverError

DAY = 86_400


class Environment:
    """What the tests share: the driver, the program and a temporary folder with unique file names."""

    def __init__(self, driver, program, folder):
        self.driver, self.program, self.folder = driver, program, folder
        self.count = 0

    def path(self, name):
        self.count += 1
        return f"{self.folder}/{self.count}-{name}"

    def showcase(self, *options, store=None):
        """A Showcase on a new SQLite file, or on another store."""
        store = store or f"sqlite:{self.path('sessions.sqlite')}"
        return Showcase(self.program, self.path("server.log"), "--store", store, *options)

    def keyed_showcase(self, store):
        keys = self.path("keys")
        with open(keys, "w") as file:
            file.write(new_key() + "\n")
        return self.showcase("--keys", keys, store=store)

    def browser(self, *arguments, profile=None):
        return Browser(self.driver, profile or self.path("profile"), *arguments)


def one_browser(environment):
    heading("one browser, plain HTTP")
    with environment.showcase() as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        counts_visits(user)
        logs_in(user)
        survives_a_restart(user, showcase)
        rejects_other_sites(user)
        uses_two_tabs(user)
        checks_back_button(user)


def counts_visits(user):
    user.open("/login")
    expect("the cookie of a visitor without a session", user.cookie(), None)
    user.open("/")
    expect("the first visit", user.visits(), 1)
    token = user.cookie()["value"]
    user.open("/")
    expect("the second visit", user.visits(), 2)
    for _ in range(2):
        user.count()
    expect("what the page shows", user.values(), {"clicks": "2", "visits": "4"})
    expect("the token after four visits", user.cookie()["value"], token)
    ok("the session counts visits and clicks")
    user.expect_cookie(httpOnly=True, secure=False, sameSite="Lax", path="/", domain="127.0.0.1")
    ok("the cookie is a session cookie with HttpOnly, SameSite=Lax, Path=/ and no Domain")
    expect("document.cookie", user.browser.run("return document.cookie"), "")
    ok("scripts cannot read the cookie")


def logs_in(user):
    token, session = user.cookie()["value"], user.session_id()
    user.expect_anonymous("the account without a login")
    user.log_in("ada", "wrong")
    expect("a wrong password", user.browser.text("#problem"), "The username or the password is wrong.")
    expect("the token after a wrong password", user.cookie()["value"], token)
    user.log_in("ada")
    expect("the target of the login", user.browser.url, f"{user.url}/account")
    user.expect_logged_in("ada", "who is logged in")
    require(user.cookie()["value"] != token, "the token is the same after the login")
    require(user.session_id() != session, "the session is the same after the login")
    user.open("/")
    user.count()
    expect("the counters after the login", user.values(), {"clicks": "3", "visits": "6"})
    ok("a login changes the session id and the token, and keeps the counters")


def survives_a_restart(user, showcase):
    token = user.cookie()["value"]
    showcase.stop()
    try:
        user.open("/")
        raise Failure("a page loaded without a server")
    except WebDriverError:
        pass
    showcase.start()
    user.expect_logged_in("ada", "who is logged in after a restart")
    user.open("/")
    expect("the counters after a restart", user.values(), {"clicks": "3", "visits": "7"})
    expect("the token after a restart", user.cookie()["value"], token)
    ok("the user is logged in after a restart of the server")


def rejects_other_sites(user):
    send_form(user.browser, f"{user.url}/logout")
    expect("the status of a form of another site", user.browser.text(".status"), "403")
    user.expect_logged_in("ada", "who is logged in after a form of another site")
    ok("a form of another site cannot log the user out")


def uses_two_tabs(user):
    browser = user.browser
    first = browser.tab()
    token = user.cookie()["value"]
    second = browser.open_tab()
    user.expect_logged_in("ada", "who is logged in in the second tab")
    user.open("/")
    user.count()
    browser.switch(first)
    user.open("/")
    expect("the counter in the first tab", user.values()["clicks"], "4")
    ok("two tabs share the user and the counters")
    browser.switch(second)
    user.log_out()
    expect("the greeting in the second tab", browser.text("#greeting"), "Hello, visitor.")
    require(user.cookie()["value"] != token, "the token is the same after the logout")
    browser.switch(first)
    expect("the page in the first tab, before a reload", browser.text("#greeting"), "Hello, Ada Lovelace.")
    browser.press("nav a[href='/account']")
    user.expect_login_page("the next page in the first tab")
    ok("a logout in the second tab logs the first out")


def checks_back_button(user):
    browser = user.browser
    user.log_in("ada")
    user.expect_logged_in("ada", "who is logged in")
    user.log_out()
    browser.back()
    user.expect_login_page("the page before the logout")
    ok("the back button shows no page of the user after a logout")


def remembered_sessions(environment):
    heading("browser restarts")
    profile = environment.path("profile")
    with environment.showcase() as showcase:
        with environment.browser(profile=profile) as browser:
            user = BrowserUser(browser, showcase.url)
            user.log_in("ada")
            user.expect_logged_in("ada", "who is logged in")
        with environment.browser(profile=profile) as browser:
            user = BrowserUser(browser, showcase.url)
            user.expect_anonymous("an ordinary session after a browser restart")
            expect("the cookie after a browser restart", user.cookie(), None)
            ok("an ordinary session ends with the browser")
            user.log_in("ada", remember=True)
            # The idle limit of a remembered session.
            left = user.cookie()["expiry"] - time.time()
            require(14 * DAY - 300 < left <= 14 * DAY + 1, f"the cookie expires in {left:.0f} s, not in 14 days")
            token = user.cookie()["value"]
        with environment.browser(profile=profile) as browser:
            user = BrowserUser(browser, showcase.url)
            user.expect_logged_in("ada", "who is logged in after a browser restart")
            expect("the token after a browser restart", user.cookie()["value"], token)
            ok("a remembered session survives it, with a cookie for 14 days")
            user.log_out()
        with environment.browser(profile=profile) as browser:
            user = BrowserUser(browser, showcase.url)
            user.expect_anonymous("a remembered session after a logout and a browser restart")
            expect("the cookie after a browser restart", user.cookie(), None)
            ok("a logout ends a remembered session")


def https(environment):
    heading("HTTPS behind a proxy")
    with environment.showcase("--secure", "always") as showcase, TLSProxy(environment.folder, showcase.port) as proxy:
        with environment.browser("--host-resolver-rules=MAP *.test 127.0.0.1") as browser:
            user = BrowserUser(browser, f"https://showcase.test:{proxy.port}", "__Host-session")
            user.open("/")
            user.log_in("ada")
            user.expect_logged_in("ada", "who is logged in")
            user.expect_cookie(httpOnly=True, secure=True, sameSite="Lax", path="/", domain="showcase.test")
            expect("document.cookie", browser.run("return document.cookie"), "")
            ok("the cookie is __Host-session with Secure and no Domain")
            token = user.cookie()["value"]
            browser.go(f"http://showcase.test:{showcase.port}/account")
            expect("the account over plain HTTP", browser.text("h1"), "Log in")
            sibling = BrowserUser(browser, f"https://sibling.showcase.test:{proxy.port}", "__Host-session")
            sibling.expect_anonymous("the account on a sibling host")
            ok("it is sent neither over plain HTTP nor to a sibling host")
            plant(browser, "__Host-session", other_user_token(showcase))
            user.expect_logged_in("ada", "who is logged in after a planted cookie")
            expect("the token after a planted cookie", user.cookie()["value"], token)
            ok("a sibling host cannot replace it")


def cookie_without_prefix(environment):
    heading("HTTPS with a cookie without a prefix")
    with environment.showcase("--secure", "auto", "--trusted-proxies", "1") as showcase:
        with TLSProxy(environment.folder, showcase.port) as proxy:
            with environment.browser("--host-resolver-rules=MAP *.test 127.0.0.1") as browser:
                user = BrowserUser(browser, f"https://showcase.test:{proxy.port}")
                sibling = BrowserUser(browser, f"https://sibling.showcase.test:{proxy.port}")
                user.log_in("ada")
                user.expect_cookie(httpOnly=True, secure=True, sameSite="Lax", path="/", domain="showcase.test")
                ok("the cookie is Secure by X-Forwarded-Proto")
                sibling.open("/login")
                plant(browser, "session", "A" * 64)
                user.expect_logged_in("ada", "who is logged in after a sibling host planted an invalid token")
                sibling.open("/login")
                plant(browser, "session", other_user_token(showcase))
                user.expect_anonymous("the account after a sibling host planted a token of another user")
                ok("a cookie of a sibling host never logs another user in")
                user.log_in("ada")
                user.expect_logged_in("ada", "who is logged in after a new login")
                ok("a new login replaces the planted cookie")


def link_from_another_site(environment):
    heading("a link from another site, with SameSite=Strict")
    with environment.showcase("--same-site", "strict") as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        user.log_in("ada")
        token = user.cookie()["value"]
        browser.go(f"data:text/html,<title>Another site</title><a href='{user.url}/'>A link</a>")
        browser.press("a")
        expect("the greeting on the linked page", browser.text("#greeting"), "Hello, visitor.")
        expect("the token after the link", user.cookie()["value"], token)
        user.expect_logged_in("ada", "who is logged in after the link")
        ok("the linked page is anonymous and sets no cookie, and the user stays logged in")


def form_from_another_site(environment):
    heading("a form of a payment service, with SameSite=Lax")
    with environment.showcase() as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        user.log_in("ada")
        user.open("/")
        token, values = user.cookie()["value"], user.values()
        send_form(browser, f"{user.url}/payment/return")
        expect("the target of the form", browser.url, f"{user.url}/account")
        expect("who is logged in after the form", browser.text("h1"), "Ada Lovelace")
        expect("the token after the form", user.cookie()["value"], token)
        expect("the values after the form", user.values(), values)
        ok("a form of another site sets no value, and the user stays logged in")
        browser.run("return fetch('/payment/return', {method: 'POST', redirect: 'manual'}).then(() => 0)")
        user.open("/account")
        expect("the messages after a form of this site", devices.messages(user), ["Your payment has arrived."])
        ok("the same form of this site sets the value")


def sealed_sessions(environment):
    heading("sealed sessions")
    with environment.keyed_showcase("sealed") as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        user.open("/")
        user.open("/")
        expect("the second visit", user.visits(), 2)
        size = len("session") + len(user.cookie()["value"])
        user.log_in("ada")
        user.open("/")
        user.count()
        expect("what the page shows", user.values(), {"clicks": "1", "visits": "4"})
        require(len("session") + len(user.cookie()["value"]) > size, "the cookie does not grow with the session")
        ok("a login keeps the counters")
        showcase.stop()
        showcase.start()
        user.expect_logged_in("ada", "who is logged in after a restart")
        user.open("/")
        expect("the counters after a restart", user.values(), {"clicks": "1", "visits": "5"})
        ok("the user is logged in after a restart of a server that stores nothing")
        user.log_out()
        expect("the greeting after a logout", browser.text("#greeting"), "Hello, visitor.")
        checks_back_button(user)


def tokens_only(environment):
    heading("tokens only")
    with environment.keyed_showcase("token-only") as showcase, environment.browser() as browser:
        user = BrowserUser(browser, showcase.url)
        user.open("/")
        token, name = user.cookie()["value"], user.session_id()
        user.open("/")
        expect("the token of a second visit", (user.cookie()["value"], user.session_id()), (token, name))
        require(token[22:64] not in browser.source, "the page shows the secret of the token")
        browser.press("form[action='/api/session/reset'] button")
        require(user.cookie()["value"] != token and user.session_id() != name, "the button creates no new token")
        ok("a token stays until a button replaces it")
        user.open("/account")
        expect("the status of the account page", browser.text(".status"), "501")
        ok("a page that needs stored sessions explains what is missing")


def send_form(browser, url):
    """Sends a form from a page of another site, and waits for the next page."""
    browser.go("data:text/html,<title>Another site</title>")
    browser.navigate(lambda: browser.run(
        "const form = document.body.appendChild(document.createElement('form'));"
        f"form.method = 'post'; form.action = '{url}'; form.submit()"
    ))


def plant(browser, name, token):
    """Sets a cookie for the domain, as a script on a sibling host can."""
    browser.run(f"document.cookie = '{name}={token}; Domain=showcase.test; Path=/; Secure'")


def other_user_token(showcase):
    """A valid token of another user."""
    request = urllib.request.Request(
        f"{showcase.url}/api/login",
        json.dumps({"username": "alan", "password": "turing"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return response.headers["Set-Cookie"].split(";")[0].split("=")[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the Showcase")
    parser.add_argument("--screenshots", metavar="FOLDER", help="where to write screenshots of the pages")
    arguments = parser.parse_args()
    # Chromium may write to its profile after the driver reports that it has exited.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Driver() as driver:
        environment = Environment(driver, arguments.program, folder)
        one_browser(environment)
        remembered_sessions(environment)
        devices.run(environment)
        administration.run(environment)
        impersonation.run(environment)
        https(environment)
        cookie_without_prefix(environment)
        link_from_another_site(environment)
        form_from_another_site(environment)
        prefetch.run(environment)
        sealed_sessions(environment)
        tokens_only(environment)
        output_folder = arguments.screenshots or environment.path("screenshots")
        os.makedirs(output_folder, exist_ok=True)
        screenshots.run(environment, output_folder)


run_checks(main)
