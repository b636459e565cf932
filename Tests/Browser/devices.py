"""One person on several devices: who sees which sessions, and what happens to those that are ended from elsewhere."""

import json
import urllib.request

from checks import demand, expect, heading, ok
from visitor import Visitor

AGENTS = {
    "desk": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "tablet": "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36",
}
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>"
PAGE = "/account/sessions"


def use(stage):
    heading("several devices")
    with stage.showcase() as showcase, device(stage, "desk") as one, device(stage, "phone") as other:
        desk, phone = Visitor(one, showcase.url), Visitor(other, showcase.url)
        sees_both(desk, phone)
        ends_one(desk, phone)
        with device(stage, "tablet") as third:
            ends_all_others(desk, phone, Visitor(third, showcase.url))
        shows_hostile_names(desk)
        signs_out_here(desk)


def device(stage, name):
    return stage.browser(f"--user-agent={AGENTS[name]}")


def log_in_elsewhere(visitor, agent, username="ada", password="lovelace"):
    """Another client of the same person, which is no browser."""
    request = urllib.request.Request(
        f"{visitor.url}/api/login",
        json.dumps({"username": username, "password": password}).encode(),
        {"Content-Type": "application/json", "User-Agent": agent},
    )
    with urllib.request.urlopen(request) as answer:
        expect("the status of a login", answer.status, 201)


def sees_both(desk, phone):
    desk.log_in("ada")
    expect("what the account says after a login", messages(desk), ["Welcome, Ada Lovelace. You are logged in."])
    phone.log_in("ada")
    log_in_elsewhere(desk, "Opera/9.80", "alan", "turing")
    desk.open("/account")
    expect("what the account says the second time", messages(desk), [])
    desk.browser.press(f"a[href='{PAGE}']")
    expect("where the link leads", desk.browser.url, desk.url + PAGE)
    expect("the list on the desk", names(desk), [("Firefox on Windows", True), ("Safari on iPhone", False)])
    phone.open(PAGE)
    expect("the list on the phone", names(phone), [("Safari on iPhone", True), ("Firefox on Windows", False)])
    buttons = desk.browser.run("return [...document.querySelectorAll('button')].map(button => button.textContent)")
    expect("the buttons as they are read aloud", buttons, [
        "Sign out here: Firefox on Windows", "Sign out: Safari on iPhone", "Sign out all others",
    ])
    ok("two browsers of one person see each other, this device first, and nobody else's")


def ends_one(desk, phone):
    desk.browser.press("li:not([aria-current]) button")
    expect("where the button leads", desk.browser.url, desk.url + PAGE)
    expect("what the page says", messages(desk), ["Signed out: Safari on iPhone."])
    expect("the list after it", names(desk), [("Firefox on Windows", True)])
    desk.open(PAGE)
    expect("what the page says the second time", messages(desk), [])
    phone.browser.press("header a[href='/account']")
    phone.expect_login_page("the next click on the phone")
    desk.expect_person("ada", "who is logged in on the desk")
    ok("one ends the other, which is signed out on its next click; the page says so once")


def ends_all_others(desk, phone, tablet):
    phone.log_in("ada", remember=True)
    tablet.log_in("ada")
    desk.open(PAGE)
    expect("the list on the desk", sorted(names(desk)), [
        ("Chrome on Android", False), ("Firefox on Windows", True), ("Safari on iPhone", False),
    ])
    desk.browser.press("button[value='others']")
    expect("what the page says", messages(desk), ["All your other sessions were signed out."])
    expect("the list after it", names(desk), [("Firefox on Windows", True)])
    for visitor in (phone, tablet):
        visitor.browser.press("nav a[href='/account']")
        visitor.expect_login_page("the next click of another device")
    desk.expect_person("ada", "who is logged in on the desk")
    ok("one ends all others, also a remembered one, and stays itself")


def shows_hostile_names(desk):
    log_in_elsewhere(desk, HOSTILE)
    desk.open(PAGE)
    expect("the list with a hostile client", names(desk), [("Firefox on Windows", True), ("Unknown device", False)])
    expect("what it says of itself", desk.browser.text(".detail"), HOSTILE)
    expect("elements that it smuggled in", desk.browser.run("return document.querySelectorAll('script, img').length"), 0)
    expect("what the browser complains of", desk.browser.complaints(), [])
    ok("what a client says of itself is text, whatever is in it")


def signs_out_here(desk):
    desk.browser.press("li[aria-current] button")
    expect("where the button leads", desk.browser.url, f"{desk.url}/")
    expect("what the page says", desk.browser.text("#greeting"), "Hello, visitor.")
    desk.expect_nobody("the account after it")
    desk.open(PAGE)
    demand("Firefox" not in desk.browser.source, "the list is shown to nobody in particular")
    ok("one's own session is signed out from the list as well")


def names(visitor):
    """The sessions as the page lists them, and whether each is this device."""
    return [tuple(pair) for pair in visitor.browser.run(
        "return [...document.querySelectorAll('.card')].map(card =>"
        " [card.querySelector('h3 bdi').innerText, card.getAttribute('aria-current') === 'true'])"
    )]


def messages(visitor):
    return visitor.browser.run("return [...document.querySelectorAll('[role=status]')].map(each => each.innerText)")
