"""An administrator finds a session of another user in the browser, and ends it with a reason."""

import json
import time

from browser_user import BrowserUser
from checks import expect, heading, ok, require

PAGE = "/admin/sessions"


def run(environment):
    heading("the page of all sessions")
    audit = environment.path("audit.jsonl")
    with environment.showcase("--audit-log", audit) as showcase:
        with environment.browser() as browser, environment.browser() as other:
            grace, ada = BrowserUser(browser, showcase.url), BrowserUser(other, showcase.url)
            ada.log_in("ada")
            ada.expect_logged_in("ada", "who is logged in")
            keeps_others_out(ada)
            grace.log_in("grace")
            finds_user(grace)
            needs_reason(grace)
            ends_session(grace)
            ada.browser.press("nav a[href='/account']")
            ada.expect_login_page("the next click of the user")
            ok("the user is signed out with the next click")
            expect_audit_line(audit)


def keeps_others_out(user):
    user.open(PAGE)
    expect("the status of the page for another user", user.browser.text(".status"), "403")
    user.open("/account")
    ok("another user does not get the page")


def find(user, name):
    user.open(PAGE)
    user.browser.type("input[name=user]", name)
    user.browser.press(".find button")


def finds_user(user):
    find(user, "nobody")
    expect("the sessions of an unknown user", user.browser.text("section p"), "There are none.")
    find(user, "ada")
    expect("the number of sessions", user.browser.text("#found"), "1 session on this page")
    require("ada" in user.browser.text(".pick"), "the session does not name its user")
    ok("the administrator finds the session of a user")


def needs_reason(user):
    user.browser.tick(".pick input")
    user.browser.run("document.querySelector('input[name=reason]').removeAttribute('required')")
    user.browser.press(".end button")
    expect("the message without a reason", user.browser.text(".message"), "Give a reason: nothing was ended.")
    ok("without a reason nothing ends")


def ends_session(user):
    user.browser.tick(".pick input")
    user.browser.type("input[name=reason]", "A lost laptop")
    user.browser.press(".end button")
    expect("the message", user.browser.text(".message"), "1 session was ended.")
    expect("the sessions that are left", user.browser.text("section p"), "There are none.")
    ok("the session ends, and the page says so")


def expect_audit_line(path):
    deadline = time.monotonic() + 10
    lines = []
    while not lines and time.monotonic() < deadline:
        with open(path) as file:
            events = [json.loads(line) for line in file if line.endswith("\n")]
        lines = [event for event in events if "administrator" in event]
        time.sleep(0.05)
    expect("the number of endings by an administrator", len(lines), 1)
    line = {name: lines[0].get(name) for name in ("kind", "reason", "subject", "administrator", "comment")}
    expect("the line of the audit log", line, {
        "kind": "ended", "reason": "revoked", "subject": "ada", "administrator": "grace", "comment": "A lost laptop",
    })
    ok("the audit log names the administrator, the user and the reason")
