"""Prefetched pages and the back button: flash messages reach the page that the user sees, and no page of the user is
shown after a logout."""

from browser_user import BrowserUser
from checks import expect, heading, ok, require
from devices import messages
from proxies import Proxy

ACCOUNT = "/account"
LINK = f"nav a[href='{ACCOUNT}']"


def run(environment):
    heading("prefetched pages and the back button")
    with environment.showcase() as showcase, Proxy(showcase.port) as proxy, environment.browser() as browser:
        user = BrowserUser(browser, proxy.url)
        # The Content-Security-Policy of the Showcase forbids scripts, including speculation rules.
        browser.bypass_content_security_policy()
        user.log_in("ada")
        uses_prefetched_page(user, proxy)
        for prefetch in (by_speculation_rules, by_link):
            keeps_flash_message(user, proxy, prefetch)
        for log_out in (in_the_same_tab, in_another_tab):
            drops_prefetched_page(user, proxy, log_out)
            drops_history(user, log_out)


# Ways to prefetch the account page and to log out


def by_speculation_rules(browser):
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


def in_the_same_tab(user):
    """in the same tab"""
    user.log_out()


def in_another_tab(user):
    """in another tab"""
    browser = user.browser
    first = browser.tab()
    browser.open_tab()
    user.open("/")
    user.log_out()
    browser.close_tab()
    browser.switch(first)


# Checks


def uses_prefetched_page(user, proxy):
    browser = user.browser
    user.open("/")
    before = len(proxy.requests)
    by_speculation_rules(browser)
    expect("the status of a prefetch", proxy.wait_for_prefetch(ACCOUNT, before), 200)
    browser.press(LINK)
    expect("the page", browser.text("h1"), "Ada Lovelace")
    expect("the delivery type of the page", delivery_type(browser), "navigational-prefetch")
    ok("a link shows a prefetched page without another request")


def keeps_flash_message(user, proxy, prefetch):
    browser = user.browser
    user.open("/")
    browser.run("return fetch('/payment/return', {method: 'POST', redirect: 'manual'}).then(() => 0)")
    before = len(proxy.requests)
    prefetch(browser)
    expect("the status of a prefetch with a pending message", proxy.wait_for_prefetch(ACCOUNT, before), 503)
    browser.press(LINK)
    expect("the page", browser.text("h1"), "Ada Lovelace")
    expect("the messages", messages(user), ["Your payment has arrived."])
    user.open(ACCOUNT)
    expect("the messages on the second load", messages(user), [])
    ok(f"a prefetch {prefetch.__doc__} consumes no flash message")


def drops_prefetched_page(user, proxy, log_out):
    browser = user.browser
    user.log_in("ada")
    user.open("/")
    before = len(proxy.requests)
    by_speculation_rules(browser)
    expect("the status of a prefetch", proxy.wait_for_prefetch(ACCOUNT, before), 200)
    log_out(user)
    browser.press(LINK)
    user.expect_login_page("the link to a prefetched page after a logout")
    ok(f"a prefetched page is not shown after a logout {log_out.__doc__}")


def drops_history(user, log_out):
    browser = user.browser
    user.log_in("ada")
    user.expect_logged_in("ada", "who is logged in")
    user.open("/")
    log_out(user)
    browser.back()
    if log_out is in_the_same_tab:
        # The previous page is the one with the logout button.
        require("Ada" not in browser.source, "the page with the logout button still shows the user")
        browser.back()
    user.expect_login_page("the page before the logout")
    ok(f"the back button shows no page of the user after a logout {log_out.__doc__}")


def delivery_type(browser):
    return browser.run("return performance.getEntriesByType('navigation')[0].deliveryType")
