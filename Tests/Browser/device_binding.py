"""Tests device-bound sessions in headless Chromium. Each "ok" is a passed check. The first failure exits."""

import json
import ssl
import sys
import time
import urllib.error
import urllib.request

from browser_user import BrowserUser
from checks import Failure, expect, heading, ok, require, run_checks
from showcase import Showcase
from webdriver import Browser, Driver

# Keys in software in place of those of a TPM, which no container has, and no limit of signatures.
FEATURES = (
    "--enable-features=DeviceBoundSessions:ForceEnableForTesting/true/RefreshQuota/false,"
    "EnableBoundSessionCredentialsSoftwareKeysForManualTesting"
)
LIFETIME = 4


def main():
    program, folder, *store = sys.argv[1:]
    showcase = Showcase(
        program, f"{folder}/server.log", "--store", *(store or [f"sqlite:{folder}/sessions.sqlite"]),
        "--certificate", f"{folder}/server.pem", "--private-key", f"{folder}/server.key",
        "--device-binding", "required", "--bound-cookie-lifetime", f"{LIFETIME}s", "--log-level", "debug",
    )
    with showcase, Driver() as driver, Browser(driver, f"{folder}/profile", FEATURES) as browser:
        heading("a bound session in Chromium")
        user = BrowserUser(browser, showcase.url)
        user.log_in("ada")
        identifier = wait_until_bound(browser)
        ok("a login registers the key of the browser")

        require("Bound" in device(user), f"the account page says: {device(user)}")
        ok("the account page says that the session is bound")

        seen = {user.cookie()["value"]}
        for _ in range(10):
            time.sleep(LIFETIME + 1)
            user.expect_logged_in("ada", "the account after the cookie expired")
            seen.add(user.cookie()["value"])
        require(len(seen) >= 11, f"the cookie had {len(seen)} values")
        expect("the id of the session", state(browser)["id"], identifier)
        ok("the browser refreshes the cookie ten times, and the session stays the same")

        three_tabs(browser, user)
        ok("three tabs that load at once after the cookie expired are logged in")

        showcase.stop()
        showcase.start()
        time.sleep(LIFETIME + 1)
        user.expect_logged_in("ada", "the account after a restart")
        ok("the session survives a restart of the server")

        user.open("/account/sessions")
        require("Bound to the device" in browser.source, "the active sessions page does not show the binding")
        ok("a page that needs a bound session opens")

        stolen = user.cookie()["value"]
        expect("the copy of the cookie at once", status(showcase, folder, stolen), 200)
        # The server accepts a cookie for a tenth of its lifetime longer.
        time.sleep(LIFETIME * 1.1 + 0.5)
        expect("the copy of the cookie after its lifetime", status(showcase, folder, stolen), 401)
        with open(showcase.log) as log:
            require("session.reason=overdue" in log.read(), "the log does not report the copy")
        user.expect_logged_in("ada", "the account beside the copy")
        ok("a copy of the cookie opens nothing after its lifetime, and is reported")

        kills_during_refreshes(showcase, user)
        ok("a server that is killed during refreshes logs no one out")

        user.log_out()
        time.sleep(LIFETIME + 1)
        user.expect_anonymous("the account after the logout")
        ok("a logout ends the session, and the browser refreshes nothing")


def state(browser):
    return json.loads(browser.run(
        "const request = new XMLHttpRequest(); request.open('GET', '/api/session', false); request.send();"
        "return request.responseText"
    ))


def wait_until_bound(browser):
    """The browser registers after the response to the login, and does not wait for it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        session = state(browser)
        if session["deviceBound"]:
            return session["id"]
        time.sleep(0.1)
    raise Failure("the browser did not register a key")


def device(user):
    user.open("/account")
    return user.browser.text("#device")


def three_tabs(browser, user):
    first = browser.tab()
    time.sleep(LIFETIME + 1)
    browser.run("for (let tab = 0; tab < 3; tab++) window.open('/account', '_blank')")
    time.sleep(2)
    tabs = [tab for tab in browser.tabs() if tab != first]
    expect("the number of new tabs", len(tabs), 3)
    for tab in tabs:
        browser.switch(tab)
        expect("the account in a tab", browser.text("h1"), "Ada Lovelace")
        browser.close_tab()
    browser.switch(first)


def kills_during_refreshes(showcase, user):
    for delay in (0, 0.005, 0.01, 0.02, 0.04):
        time.sleep(LIFETIME + 1)
        user.browser.run("fetch('/account').catch(() => {})")
        time.sleep(delay)
        showcase.kill()
        showcase.start()
        deadline = time.monotonic() + 30
        while True:
            # A browser waits before it tries again, and sends requests without a refresh in the meantime.
            session = state(user.browser)
            if session.get("authenticated"):
                break
            require(time.monotonic() < deadline, f"a kill after {delay} s: the session is {session}")
            time.sleep(0.5)


def status(showcase, folder, cookie):
    """The status of a request from elsewhere with a copy of the cookie."""
    context = ssl.create_default_context(cafile=f"{folder}/authority.pem")
    request = urllib.request.Request(
        f"{showcase.url}/api/sessions", headers={"Cookie": f"session={cookie}", "Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, context=context) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


if __name__ == "__main__":
    run_checks(main)
