"""Pages that the browser has before their user asks for them, by a prefetch, or still has when their user has logged out:
what they show, and what they do not."""

from checks import demand, expect, heading, ok
from devices import messages
from proxies import Proxy
from visitor import Visitor

ACCOUNT = "/account"
LINK = f"nav a[href='{ACCOUNT}']"


def use(stage):
    heading("pages that are fetched ahead of time, and pages of the history")
    with stage.showcase() as showcase, Proxy(showcase.port) as proxy, stage.browser() as browser:
        visitor = Visitor(browser, proxy.url)
        # The pages of the Showcase allow no script, not even rules for the browser.
        browser.ignore_content_policy()
        visitor.log_in("ada")
        fetches_ahead(visitor, proxy)
        for how in (by_rules, by_link):
            shows_a_message(visitor, proxy, how)
        for log_out in (here, in_another_tab):
            forgets_a_prefetched_page(visitor, proxy, log_out)
            forgets_the_history(visitor, log_out)


# Ways to fetch the account ahead of time, and to log out


def by_rules(browser):
    """by speculation rules"""
    browser.run(
        "const rules = document.createElement('script'); rules.type = 'speculationrules';"
        f"rules.textContent = JSON.stringify({{prefetch: [{{urls: ['{ACCOUNT}']}}]}}); document.head.append(rules)"
    )


def by_link(browser):
    """by a link"""
    browser.run(
        "const link = document.createElement('link'); link.rel = 'prefetch';"
        f"link.href = '{ACCOUNT}'; document.head.append(link)"
    )


def here(visitor):
    """in the same tab"""
    visitor.log_out()


def in_another_tab(visitor):
    """in another tab"""
    browser = visitor.browser
    first = browser.tab()
    browser.open_tab()
    visitor.open("/")
    visitor.log_out()
    browser.close_tab()
    browser.switch(first)


# What is seen


def fetches_ahead(visitor, proxy):
    browser = visitor.browser
    visitor.open("/")
    before = len(proxy.requests)
    by_rules(browser)
    expect("the status of a page that is fetched ahead of time", proxy.prefetch(ACCOUNT, before), 200)
    browser.press(LINK)
    expect("the page", browser.text("h1"), "Ada Lovelace")
    expect("where the page is from", delivery(browser), "navigational-prefetch")
    ok("a page that is fetched ahead of time is what a link shows, and the server is not asked again")


def shows_a_message(visitor, proxy, fetch_ahead):
    browser = visitor.browser
    visitor.open("/")
    browser.run("return fetch('/payment/return', {method: 'POST', redirect: 'manual'}).then(() => 0)")
    before = len(proxy.requests)
    fetch_ahead(browser)
    expect("the status of a page with a message that is fetched ahead of time", proxy.prefetch(ACCOUNT, before), 503)
    browser.press(LINK)
    expect("the page", browser.text("h1"), "Ada Lovelace")
    expect("the message", messages(visitor), ["Your payment has arrived."])
    visitor.open(ACCOUNT)
    expect("the message the second time", messages(visitor), [])
    ok(f"a message waits for the page that its user sees, when the browser fetches it ahead of time {fetch_ahead.__doc__}")


def forgets_a_prefetched_page(visitor, proxy, log_out):
    browser = visitor.browser
    visitor.log_in("ada")
    visitor.open("/")
    before = len(proxy.requests)
    by_rules(browser)
    expect("the status of a page that is fetched ahead of time", proxy.prefetch(ACCOUNT, before), 200)
    log_out(visitor)
    browser.press(LINK)
    visitor.expect_login_page("the link to a page that was fetched ahead of time")
    ok(f"a page that was fetched ahead of time is not shown after a logout {log_out.__doc__}")


def forgets_the_history(visitor, log_out):
    browser = visitor.browser
    visitor.log_in("ada")
    visitor.expect_person("ada", "who is logged in")
    visitor.open("/")
    log_out(visitor)
    browser.back()
    if log_out is here:
        # The page in between is the one on which the button was.
        demand("Ada" not in browser.source, "the page with the button still shows the user")
        browser.back()
    visitor.expect_login_page("the page before the logout")
    ok(f"the back button shows no page of the user after a logout {log_out.__doc__}")


def delivery(browser):
    return browser.run("return performance.getEntriesByType('navigation')[0].deliveryType")
