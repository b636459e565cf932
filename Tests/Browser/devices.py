"""One user on several devices: the page with the active sessions, and signing out other devices."""

import json
import urllib.request

from browser_user import BrowserUser
from checks import expect, heading, ok, require

AGENTS = {
    "desk": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "tablet": "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36",
}
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>"
PAGE = "/account/sessions"


def run(environment):
    heading("several devices")
    with environment.showcase() as showcase, device(environment, "desk") as one, device(environment, "phone") as other:
        desk, phone = BrowserUser(one, showcase.url), BrowserUser(other, showcase.url)
        lists_sessions(desk, phone)
        ends_one_session(desk, phone)
        with device(environment, "tablet") as third:
            ends_other_sessions(desk, phone, BrowserUser(third, showcase.url))
        escapes_user_agents(desk)
        ends_own_session(desk)


def device(environment, name):
    return environment.browser(f"--user-agent={AGENTS[name]}")


def log_in_elsewhere(user, agent, username="ada", password="lovelace"):
    """Logs in with a client that is not a browser."""
    request = urllib.request.Request(
        f"{user.url}/api/login",
        json.dumps({"username": username, "password": password}).encode(),
        {"Content-Type": "application/json", "User-Agent": agent},
    )
    with urllib.request.urlopen(request) as response:
        expect("the status of a login", response.status, 201)


def lists_sessions(desk, phone):
    desk.log_in("ada")
    expect("the messages after a login", messages(desk), ["Welcome, Ada Lovelace. You are logged in."])
    phone.log_in("ada")
    log_in_elsewhere(desk, "Opera/9.80", "alan", "turing")
    desk.open("/account")
    expect("the messages on the second load", messages(desk), [])
    desk.browser.press(f"a[href='{PAGE}']")
    expect("the target of the link", desk.browser.url, desk.url + PAGE)
    expect("the list on the desk", names(desk), [("Firefox on Windows", True), ("Safari on iPhone", False)])
    phone.open(PAGE)
    expect("the list on the phone", names(phone), [("Safari on iPhone", True), ("Firefox on Windows", False)])
    buttons = desk.browser.run("return [...document.querySelectorAll('button')].map(button => button.textContent)")
    expect("the accessible names of the buttons", buttons, [
        "Sign out here: Firefox on Windows", "Sign out: Safari on iPhone", "Sign out all others",
    ])
    ok("both browsers list the sessions of the user, this device first, and no session of another user")


def ends_one_session(desk, phone):
    desk.browser.press("li:not([aria-current]) button")
    expect("the target of the button", desk.browser.url, desk.url + PAGE)
    expect("the messages", messages(desk), ["Signed out: Safari on iPhone."])
    expect("the list afterwards", names(desk), [("Firefox on Windows", True)])
    desk.open(PAGE)
    expect("the messages on the second load", messages(desk), [])
    phone.browser.press("header a[href='/account']")
    phone.expect_login_page("the next click on the phone")
    desk.expect_logged_in("ada", "who is logged in on the desk")
    ok("one device signs out another, and the page says so once")


def ends_other_sessions(desk, phone, tablet):
    phone.log_in("ada", remember=True)
    tablet.log_in("ada")
    desk.open(PAGE)
    expect("the list on the desk", sorted(names(desk)), [
        ("Chrome on Android", False), ("Firefox on Windows", True), ("Safari on iPhone", False),
    ])
    desk.browser.press("button[value='others']")
    expect("the messages", messages(desk), ["All your other sessions were signed out."])
    expect("the list afterwards", names(desk), [("Firefox on Windows", True)])
    for user in (phone, tablet):
        user.browser.press("nav a[href='/account']")
        user.expect_login_page("the next click of another device")
    desk.expect_logged_in("ada", "who is logged in on the desk")
    ok("one device signs out all others, also a remembered one, and stays logged in")


def escapes_user_agents(desk):
    log_in_elsewhere(desk, HOSTILE)
    desk.open(PAGE)
    expect("the list with a hostile user agent", names(desk), [("Firefox on Windows", True), ("Unknown device", False)])
    expect("the user agent on the page", desk.browser.text(".detail"), HOSTILE)
    expect("injected elements", desk.browser.run("return document.querySelectorAll('script, img').length"), 0)
    expect("the console messages", desk.browser.console_messages(), [])
    ok("the page escapes the user agent")


def ends_own_session(desk):
    desk.browser.press("li[aria-current] button")
    expect("the target of the button", desk.browser.url, f"{desk.url}/")
    expect("the greeting", desk.browser.text("#greeting"), "Hello, visitor.")
    desk.expect_anonymous("the account afterwards")
    desk.open(PAGE)
    require("Firefox" not in desk.browser.source, "the list is shown without a login")
    ok("the list signs out this device as well")


def names(user):
    """The names in the list, and whether each is this device."""
    return [tuple(pair) for pair in user.browser.run(
        "return [...document.querySelectorAll('.card')].map(card =>"
        " [card.querySelector('h3 bdi').innerText, card.getAttribute('aria-current') === 'true'])"
    )]


def messages(user):
    return user.browser.run("return [...document.querySelectorAll('[role=status]')].map(each => each.innerText)")
