//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import SessionsTesting
import Testing

@Suite("The page of the active sessions page")
struct ActiveSessionsPageContentTests {
    private let path = "/account/sessions"

    @Test("checklist 23: the page names this device first, then the others by what people know them by, and no token")
    func list() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let phone = try await harness.browser("ada", ActiveSessionsPageHarness.safari, label: "My%20phone")
            harness.clock.advance(by: .minutes(5))
            let desk = try await harness.browser("ada")
            let alan = try await harness.browser("alan", "Opera/9.80")
            let page = try await desk.send(self.path)
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.cacheControl] == "no-store")
            let html = page.text
            let here = try #require(html.firstRange(of: "Firefox on Windows")?.lowerBound)
            let elsewhere = try #require(html.firstRange(of: "My phone")?.lowerBound)
            #expect(here < elsewhere)
            #expect(html.contains("Safari on iPhone"))
            #expect(html.ranges(of: "aria-current=\"true\"").count == 1)
            #expect(!html.contains("Opera"), "another user's session is no one's business")
            for browser in [phone, desk, alan] {
                let token = try #require(browser.browser.cookies.first?.value)
                #expect(!html.contains(token) && !html.contains(token.suffix(42)))
            }
        }
    }

    @Test("the page works without a script, and says so to the browser; it has landmarks, headings and a language")
    func plain() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let browser = try await harness.browser("ada")
            _ = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            let page = try await browser.send(self.path)
            let html = page.text
            #expect(!html.contains("<script") && !html.contains("javascript:") && !html.contains(" style="))
            for part in [
                "<html lang=\"en\">", "name=\"viewport\"", "<main id=\"content\">", "<h1>", "<h2 id=\"here\">",
                "<h2 id=\"elsewhere\">", "<time datetime=\"20", "<form method=\"post\">",
            ] { #expect(html.contains(part), "\(part)") }
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(
                policy.contains("default-src 'none'") && policy.contains(ActiveSessionsPageTemplate.standardStyleSource)
            )
            #expect(!policy.contains("unsafe-inline"))
        }
    }

    @Test("labels and user agents are text, whatever is in them")
    func hostile() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let hostile = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;"
            let encoded = "%22%3E%3Cscript%3Ealert%282%29%3C%2Fscript%3E'%20onload%3D%22%CC%81x"
            let browser = try await harness.browser("ada", hostile)
            harness.clock.advance(by: .seconds(1))
            _ = try await harness.browser("ada", "<b>x</b>", label: encoded)
            let html = try await browser.send(self.path).text
            #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>"))
            #expect(html.contains("&quot;&gt;&lt;script&gt;alert(1)"))
            #expect(html.contains("&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;&#39; onload=&quot"))
            let id = try #require(try await harness.ids(of: "ada").last)
            try await browser.press(id)
            let after = try await browser.send(self.path).text
            #expect(after.contains("Signed out: &quot;&gt;&lt;script&gt;"))
        }
        #expect(
            ActiveSessionsPageTemplate.escape("a\u{0}\u{1B}\u{85}\"\u{301}é\n")
                == "a\u{FFFD}\u{FFFD}\u{FFFD}&quot;\u{301}é\n")
    }

    @Test("checklist 23: a button ends one other session, and the page says so, once")
    func endsOneSession() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let desk = try await harness.browser("ada")
            harness.clock.advance(by: .seconds(1))
            let phone = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            let id = try #require(try await harness.ids(of: "ada").last)
            let response = try await desk.press(id)
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "./sessions")
            #expect(try await phone.user == "nobody")
            #expect(try await desk.user == "ada")
            let head = try await desk.send(self.path, method: .head)
            #expect(head.status == .ok && head.body.readableBytes == 0)
            let ahead: HTTPFields = [try #require(HTTPField.Name("Sec-Purpose")): "prefetch;prerender"]
            let declined = try await desk.send(self.path, headers: ahead)
            #expect(declined.status == .serviceUnavailable, "so that the browser asks again when the page is opened")
            #expect(!declined.text.contains("Signed out:"))
            #expect(try await desk.send(self.path).text.contains("Signed out: Safari on iPhone."))
            #expect(try await !desk.send(self.path).text.contains("Signed out:"))
            #expect(try await desk.send(self.path, headers: ahead).status == .ok, "while no message waits")
        }
    }

    @Test("a button ends all others; another signs out here, and the cookie is gone")
    func allAndHere() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let browsers = [
                try await harness.browser("ada"), try await harness.browser("ada"), try await harness.browser("ada"),
            ]
            let alan = try await harness.browser("alan")
            try await browsers[0].press(ActiveSessionsPageContent.endOthersValue)
            #expect(try await browsers[1].user == "nobody")
            #expect(try await browsers[2].user == "nobody")
            let page = try await browsers[0].send(self.path).text
            #expect(page.contains("All your other sessions were signed out."))
            #expect(page.contains("There are none"))
            let id = try #require(try await harness.ids(of: "ada").first)
            let response = try await browsers[0].press(id)
            #expect(response.headers[.location] == "/")
            #expect(browsers[0].browser.cookies.isEmpty)
            #expect(try await harness.ids(of: "ada").isEmpty)
            #expect(try await alan.user == "alan")
        }
    }

    @Test("checklist 22: over HTTP a logout clears the cookie, asks for what else is configured, and is not cached")
    func logout() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let browser = try await harness.browser("ada")
            let id = try #require(try await harness.ids(of: "ada").first)
            let name = try #require(HTTPField.Name("Clear-Site-Data"))
            #expect(try await browser.send(self.path).headers[name] == nil)
            let response = try await browser.press(id)
            let cookies = response.headers[values: .setCookie]
            #expect(cookies.count == 1)
            for attribute in ["__Host-session=;", "Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=0"] {
                #expect(cookies.first?.contains(attribute) == true, "\(attribute)")
            }
            #expect(response.headers[name] == "\"storage\"")
            #expect(response.headers[.cacheControl] == "no-store")
        }
    }

    @Test("checklist 23: another user's id, an unknown and a malformed one end nothing on the page, and look alike")
    func notYours() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let ada = try await harness.browser("ada")
            let alan = try await harness.browser("alan")
            let foreign = try #require(try await harness.ids(of: "alan").first)
            var answers: Set<String> = []
            for value in [foreign, String(repeating: "A", count: 22), "x", "../../etc", "%00"] {
                let response = try await ada.press(value)
                #expect(response.status == .seeOther)
                // The token against forged requests is another text each time.
                answers.insert(try await ada.send(self.path).text.replacing(/value="[A-Za-z0-9_-]{86}"/, with: ""))
            }
            #expect(answers.count == 1)
            #expect(answers.first?.contains("That session had ended already.") == true)
            #expect(try await alan.user == "alan")
            #expect(try await ada.post("other=1").status == .badRequest)
        }
    }

    @Test("no one who is not logged in sees the page or ends anything")
    func strangers() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let ada = try await harness.browser("ada")
            let stranger = BrowsingClient(client: harness.client)
            #expect(try await stranger.send(self.path).status == .unauthorized)
            #expect(try await stranger.press(try await harness.ids(of: "ada")[0]).status == .unauthorized)
            #expect(try await ada.user == "ada")
        }
    }

    @Test("the way back to the page names no other host, whatever path it was asked by")
    func redirects() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let ada = try await harness.browser("ada")
            for path in ["//account//sessions", "/account/sessions/", "/account/sessions?next=//evil.example"] {
                let response = try await ada.press("others", at: path)
                let location = try #require(response.headers[.location])
                #expect(location == "./sessions" || location == "./")
            }
        }
    }

    @Test("sealed sessions are not listed, and the page says so; all others can be ended where endings are known")
    func sealed() async throws {
        try await ActiveSessionsPageHarness.test(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart)) {
            harness in
            let (desk, phone) = (
                try await harness.browser("ada"), try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            )
            let html = try await desk.send(self.path).text
            #expect(html.contains("Firefox on Windows") && html.contains("keeps no list of them"))
            #expect(html.contains("Sign out all others"))
            try await desk.press(ActiveSessionsPageContent.endOthersValue)
            #expect(try await phone.user == "nobody")
            #expect(try await desk.send(self.path).text.contains("All your other sessions were signed out."))
        }
        try await ActiveSessionsPageHarness.test(.sealed(with: .ephemeral(), revocation: .none)) { harness in
            let desk = try await harness.browser("ada")
            let html = try await desk.send(self.path).text
            #expect(html.contains("cannot end them") && !html.contains("Sign out all others"))
            #expect(try await desk.press(ActiveSessionsPageContent.endOthersValue).status == .notImplemented)
            #expect(html.contains("Sign out here"))
        }
    }

    @Test("the forms of the page carry the token against forged requests, and nothing ends by a request without it")
    func forged() async throws {
        try await ActiveSessionsPageHarness.test { harness in
            let (desk, phone) = (try await harness.browser("ada"), try await harness.browser("ada"))
            let html = try await desk.send(self.path).text
            #expect(html.ranges(of: "<form").count == html.ranges(of: "name=\"_csrf\"").count)
            let match = try #require(html.firstMatch(of: /name="_csrf" value="([^"]+)"/))
            func send(_ form: String) async throws -> TestResponse {
                try await desk.send(
                    self.path,
                    method: .post,
                    headers: [.contentType: "application/x-www-form-urlencoded"],
                    body: ByteBuffer(string: form)
                )
            }
            #expect(try await send("end=others").status == .forbidden)
            #expect(try await phone.user == "ada")
            #expect(try await send("end=others&_csrf=\(match.1)").status == .seeOther)
            #expect(try await phone.user == "nobody")
        }
    }

    @Test("where a recent login is asked for, an older one ends its own session and no other")
    func recentLogin() async throws {
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), try .strict()) { harness in
            let desk = try await harness.browser("ada")
            harness.clock.advance(by: .minutes(4))
            let phone = try await harness.browser("ada", ActiveSessionsPageHarness.safari)
            harness.clock.advance(by: .minutes(4))
            let ids = try await harness.ids(of: "ada")
            for value in [ids[1], ActiveSessionsPageContent.endOthersValue] {
                let response = try await desk.post("end=\(value)", accepting: "text/html")
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/login/again?next=/account/sessions")
            }
            for path in ["/api/sessions/\(ids[1])", "/api/sessions?others=true"] {
                #expect(try await desk.delete(path).status == .unauthorized)
            }
            #expect(try await phone.user == "ada")
            #expect(try await phone.press(ids[0]).headers[.location] == "./sessions")
            #expect(try await desk.user == "nobody")
            harness.clock.advance(by: .minutes(4))
            #expect(try await phone.press(ids[1]).headers[.location] == "/")
            #expect(try await phone.user == "nobody")
        }
    }

    @Test("a template of the application's gets everything, and times as the application writes them")
    func template() async throws {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.formatTime = { "at \($0.millisecondsSince1970)" }
        configuration.backLink = ActiveSessionsPageConfiguration.Link("Account", to: "/account")
        configuration.template = ActiveSessionsPageTemplate { page in
            "\(page.current.name)|\(page.current.loggedInAt.text)|\(page.others.map(\.name))|\(page.backLink?.title ?? "")"
        }
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), configuration) { harness in
            let desk = try await harness.browser("ada")
            _ = try await harness.browser("ada", nil)
            let page = try await desk.send(self.path)
            let time = harness.clock.now.millisecondsSince1970
            #expect(page.text == "Firefox on Windows|at \(time)|[\"Unknown device\"]|Account")
            #expect(page.headers[.contentSecurityPolicy] == nil)
        }
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), .german) { harness in
            let desk = try await harness.browser("ada", nil, label: "%3Cb%3E")
            #expect(try await desk.send(self.path).text.contains("<li>&lt;b&gt;, zuletzt"))
            #expect(try await desk.press(try await harness.ids(of: "ada")[0]).headers[.location] == "/login")
        }
    }

    @Test("the page links back to the application, and shows the application's own messages once")
    func backLink() async throws {
        try await ActiveSessionsPageHarness.test(.stored(in: MemorySessionStore()), .linked) { harness in
            let browser = BrowserClient(harness.client)
            try await browser.logIn("ada", with: harness.engine) { session in
                session.addFlashMessage("Your <password> is changed.")
            }
            let page = try await browser.get(self.path)
            #expect(page.text.contains(#"<a href="/account"><span aria-hidden="true">←</span> Your account</a>"#))
            #expect(page.text.contains("Your &lt;password&gt; is changed."))
            #expect(try await !browser.get(self.path).text.contains("is changed."))
        }
    }
}
#endif
