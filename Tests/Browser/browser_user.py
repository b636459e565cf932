"""A page object of the Showcase: what a user does and reads on its pages."""

from checks import require, expect

PEOPLE = {"ada": ("lovelace", "Ada Lovelace"), "alan": ("turing", "Alan Turing"), "grace": ("hopper", "Grace Hopper")}


class BrowserUser:
    def __init__(self, browser, url, cookie_name="session"):
        self.browser, self.url, self.cookie_name = browser, url, cookie_name

    def open(self, path):
        self.browser.go(self.url + path)

    # Actions

    def log_in(self, username, password=None, remember=False):
        self.open("/login")
        self.browser.type("#username", username)
        self.browser.type("#password", password or PEOPLE[username][0])
        if remember:
            self.browser.tick("input[name=remember]")
        self.browser.press("main form button")

    def log_out(self):
        self.browser.press("form[action='/logout'] button")

    def count(self):
        self.browser.press("form[action='/api/session/increment/clicks'] button")

    # Content

    def visits(self):
        return int(self.browser.text(".counter .number"))

    def session_id(self):
        return self.browser.text(".facts code")

    def values(self):
        """The session values on the page."""
        return self.browser.run(
            "return Object.fromEntries([...document.querySelectorAll('.values > div')]"
            ".map(row => [row.querySelector('dt').innerText, row.querySelector('dd').innerText]))"
        )

    def cookie(self):
        """The session cookie of the browser, or None."""
        cookies = [cookie for cookie in self.browser.cookies() if cookie["name"] == self.cookie_name]
        require(len(cookies) <= 1, f"the browser has {len(cookies)} cookies named {self.cookie_name}")
        return cookies[0] if cookies else None

    # Checks

    def expect_logged_in(self, username, what):
        """Expects that the user is logged in: the account page has the name."""
        self.open("/account")
        expect(what, self.browser.text("h1"), PEOPLE[username][1])

    def expect_anonymous(self, what):
        """Expects that no user is logged in: the account page redirects to the login page."""
        self.open("/account")
        self.expect_login_page(what)

    def expect_login_page(self, what):
        expect(what, self.browser.url, f"{self.url}/login?next=%2Faccount")
        for _, name in PEOPLE.values():
            require(name not in self.browser.source, f"{what}: the page names {name}")

    def expect_cookie(self, **wanted):
        """Expects exactly these attributes beside name and value, as WebDriver names them."""
        cookie = self.cookie()
        require(cookie is not None, f"the browser has no cookie {self.cookie_name}")
        expect("the length of a token", len(cookie["value"]), 64)
        attributes = {name: value for name, value in cookie.items() if name not in ("name", "value")}
        expect("the attributes of the cookie", attributes, wanted)
