"""An administrator acts as a user in one browser, while the user is logged in in another."""

import json
import time

import devices
from browser_user import BrowserUser
from checks import expect, heading, ok, require

REASON = "Ticket 7"
NAME = "Firefox on Windows"


def run(environment):
    heading("an administrator who acts as a user")
    audit = environment.path("audit.jsonl")
    with environment.showcase("--audit-log", audit) as showcase:
        with devices.device(environment, "desk") as one, devices.device(environment, "phone") as other:
            grace, ada = BrowserUser(one, showcase.url), BrowserUser(other, showcase.url)
            ada.log_in("ada")
            may_not_act(ada)
            grace.log_in("grace")
            grace.open("/")
            grace.count()
            own = Own(grace)
            ids = [acts(grace, ada)]
            is_refused_while_acting(grace, ada)
            stops(grace, own)
            ids.append(acts(grace, ada))
            user_ends_it(grace, ada, own)
            own = Own(grace)
            ids.append(acts(grace, ada))
            logs_out(grace, ada)
            expect_audit_lines(audit, ids)


class Own:
    """What the administrator's own session has."""

    def __init__(self, user):
        user.open("/")
        self.token, self.id, self.clicks = user.cookie()["value"], user.session_id(), user.values().get("clicks")

    def expect_unchanged(self, user):
        again = Own(user)
        expect("the administrator's token", again.token, self.token)
        expect("the administrator's session", (again.id, again.clicks), (self.id, self.clicks))


def act(user, subject):
    user.open("/account")
    user.browser.type("#user", subject)
    user.browser.type("#reason", REASON)
    user.browser.press("form[action='/account/act'] button")


def stop(user):
    user.browser.press(".acting button")


def cards(user):
    """The names and details of the other sessions in the list of a user."""
    user.open(devices.PAGE)
    return user.browser.run(
        "return [...document.querySelectorAll('.card:not([aria-current])')].map(card =>"
        " [card.querySelector('h3 bdi').innerText, card.querySelector('.detail')?.innerText ?? null])"
    )


def count(user, selector):
    return user.browser.run(f"return document.querySelectorAll({json.dumps(selector)}).length")


def may_not_act(user):
    user.open("/account")
    expect("forms to act on another user's page", count(user, "#user"), 0)
    post(user, "/account/act", user="alan", reason=REASON)
    expect("the status when another user acts", user.browser.text(".status"), "403")
    user.expect_logged_in("ada", "who is logged in")
    ok("another user may not act")


def acts(grace, ada):
    """Begins to act as ada, and returns the id of the session."""
    before = grace.cookie()["value"]
    act(grace, "ada")
    expect("the name on the page", grace.browser.text("h1"), "Ada Lovelace")
    expect("the banner", grace.browser.text(".acting p"), "grace, you act as ada.")
    require(grace.cookie()["value"] != before, "the token is the same while the administrator acts")
    expect("the list of the user", cards(ada), [[NAME, "grace acts as ada"]])
    ada.open("/")
    expect("banners on the user's own page", count(ada, ".acting"), 0)
    ok("an administrator acts as a user, and the user's list has the session, marked")
    grace.open("/")
    return grace.session_id()


def is_refused_while_acting(grace, ada):
    grace.open(devices.PAGE)
    grace.browser.press("button[value='others']")
    expect("the status of signing out the user's other sessions", grace.browser.text(".status"), "403")
    for subject in ("alan", "grace"):
        post(grace, "/account/act", user=subject, reason=REASON)
        expect(f"the status of acting as {subject} while acting", grace.browser.text(".status"), "403")
    grace.open("/admin/sessions")
    expect("the status of the administrator's page while acting", grace.browser.text(".status"), "403")
    grace.open("/")
    grace.browser.press("form[action='/api/session/renew'] button")
    expect("the status of a renewal while acting", grace.browser.text(".status"), "403")
    ada.expect_logged_in("ada", "who is logged in in the user's browser")
    grace.expect_logged_in("ada", "as whom the administrator acts")
    ok("acting as another user, signing out others, renewing and administrating are refused while acting")


def stops(grace, own):
    grace.open("/account")
    stop(grace)
    expect("the name on the page after stopping", grace.browser.text("h1"), "Grace Hopper")
    own.expect_unchanged(grace)
    ok("the administrator stops, and has the own session again: its token, its id and its values")


def user_ends_it(grace, ada, own):
    ada.open(devices.PAGE)
    ada.browser.press("li:not([aria-current]) button")
    expect("the message", devices.messages(ada), [f"Signed out: {NAME}."])
    ada.expect_logged_in("ada", "who is logged in in the user's browser")
    grace.expect_anonymous("the next click of the administrator")
    grace.log_in("grace")
    expect("the administrator's other sessions", cards(grace), [[NAME, None]])
    expect("the sessions that the list ends", grace.browser.run(
        "return [...document.querySelectorAll('li:not([aria-current]) button')].map(button => button.value)"
    ), [own.id])
    ok("the user ends the session, and the administrator's own session continues")
    grace.browser.press("button[value='others']")


def logs_out(grace, ada):
    grace.open("/")
    grace.log_out()
    grace.expect_anonymous("who is logged in after the logout")
    expect("the list of the user", cards(ada), [])
    grace.log_in("grace")
    expect("the administrator's other sessions after the logout", cards(grace), [])
    ok("a logout of the administrator ends both sessions")


def post(visitor, path, **fields):
    """Sends a form from a page of this site."""
    visitor.browser.navigate(lambda: visitor.browser.run(
        "const form = document.body.appendChild(document.createElement('form'));"
        f"form.method = 'post'; form.action = {json.dumps(path)};"
        f"for (const [name, value] of Object.entries({json.dumps(fields)}))"
        " Object.assign(form.appendChild(document.createElement('input')), { name, value });"
        "form.submit()"
    ))


def expect_audit_lines(path, ids):
    """Every event of the sessions has both users and the reason."""
    deadline = time.monotonic() + 10
    while True:
        with open(path) as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
        events = [line for line in lines if line.get("session") in ids]
        ends = [line.get("reason") for line in events if line["kind"] == "ended"]
        if len(ends) == len(ids) or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    expect("the ends of the sessions", ends, ["acting_stopped", "logged_out", "logged_out"])
    for event in events:
        users = [event.get(name) for name in ("subject", "actor", "acting_reason")]
        expect(f"the users of {event}", users, ["ada", "grace", REASON])
    ok(f"all {len(events)} events of the sessions name both users and the reason")
