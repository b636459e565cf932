//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
extension ResponseFacts {
    /// What to say of the response.
    ///
    /// - Parameter name: The name of the session's cookie. Nil: every cookie that is called like one.
    package func findings(cookie name: String?) -> [Finding] {
        if let failure = self.failure {
            return [
                self.finding(
                    "request", .error, failure, "There is no response.",
                    fix: "Check the address, the certificate, and that this machine reaches the site.")
            ]
        }
        let sessions = self.cookies.filter { cookie in
            name.map { cookie.name == $0 } ?? cookie.name.lowercased().contains("session")
        }
        var findings = [self.schemeFinding, self.transportFinding, self.cachingFinding, self.ageFinding].compactMap {
            $0
        }
        guard !sessions.isEmpty else {
            findings.append(
                self.finding(
                    "cookie", .notice, "status \(self.status), no cookie of a session",
                    "A page for which nothing is remembered sets none.",
                    fix: "Give the address of a page that begins a session, and --cookie with its name."))
            return findings
        }
        for cookie in self.uniqued(sessions) { findings += self.findings(of: cookie) }
        findings += self.duplicateFindings(sessions)
        return findings
    }

    private func finding(
        _ name: String,
        _ severity: Finding.Severity,
        _ measured: String,
        _ meaning: String? = nil,
        fix: String? = nil
    ) -> Finding {
        Finding("url.\(name)", severity, at: self.url, measured, meaning, fix: fix)
    }

    private func uniqued(_ cookies: [Cookie]) -> [Cookie] {
        var names: Set<String> = []
        return cookies.filter { names.insert($0.name).inserted }
    }

    private var schemeFinding: Finding? {
        guard !self.isHTTPS else { return nil }
        return self.finding(
            "https", .error, "the address is http://", "The network reads every cookie.",
            fix: "Serve HTTPS, and give the https:// address.")
    }

    private var transportFinding: Finding? {
        guard self.isHTTPS else { return nil }
        guard !self.hasStrictTransportSecurity else {
            return self.finding("hsts", .ok, "Strict-Transport-Security is set")
        }
        return self.finding(
            "hsts", .notice, "no Strict-Transport-Security",
            "The first request of a visitor may go over plain HTTP (RFC 6797).",
            fix: "Add Strict-Transport-Security: max-age=31536000 at the proxy.")
    }

    private var cachingFinding: Finding? {
        guard !self.cookies.isEmpty else { return nil }
        let words = Set(self.cacheControl)
        let measured =
            "Cache-Control: \(self.cacheControl.isEmpty ? "none" : self.cacheControl.joined(separator: ", "))"
        guard words.isDisjoint(with: ["no-store", "private"]) else {
            return self.finding("caching", .ok, measured)
        }
        let isAllowed = !words.isDisjoint(with: ["public", "s-maxage", "max-age"])
        return self.finding(
            "caching", isAllowed ? .error : .warning, measured,
            "A shared cache may store the Set-Cookie and give one visitor's session to all (RFC 9111, 7.3).",
            fix: "Let the proxy keep the Cache-Control of the server, and cache no response that sets a cookie.")
    }

    private var ageFinding: Finding? {
        guard let age = self.age, !self.cookies.isEmpty else { return nil }
        return self.finding(
            "cached", .error, "Age: \(age)", "A cache answered with the cookie of another visitor.",
            fix: "Clear the cache, and let it store no response with Set-Cookie.")
    }

    private func findings(of cookie: Cookie) -> [Finding] {
        [
            self.secureFinding(cookie), self.prefixFinding(cookie), self.scriptFinding(cookie),
            self.siteFinding(cookie),
        ].compactMap { $0 }
    }

    private func secureFinding(_ cookie: Cookie) -> Finding {
        guard !cookie.isSecure else { return self.finding("secure", .ok, "\(cookie.name) is Secure") }
        return self.finding(
            "secure", .error, "\(cookie.name) is not Secure", "Browsers send it over plain HTTP as well.",
            fix: "Set cookie.secure to always, or trustedProxies, so that the server knows that visitors use HTTPS.")
    }

    private func prefixFinding(_ cookie: Cookie) -> Finding {
        let isHost = cookie.name.hasPrefix("__Host-")
        guard isHost || cookie.name.hasPrefix("__Secure-") else {
            return self.finding(
                "prefix", .warning, "\(cookie.name) has no prefix", "A neighboring host can plant such a cookie.",
                fix: "Name it __Host-session, which is the default.")
        }
        var problems: [String] = cookie.isSecure ? [] : ["no Secure"]
        if isHost, let domain = cookie.domain { problems.append("Domain=\(domain)") }
        if isHost, cookie.path != "/" { problems.append("Path=\(cookie.path ?? "")") }
        guard !problems.isEmpty else { return self.finding("prefix", .ok, cookie.name) }
        return self.finding(
            "prefix", .error, "\(cookie.name) with \(problems.joined(separator: ", "))",
            "Browsers refuse such a cookie (RFC 6265bis, 4.1.3): no one can log in.",
            fix:
                "Let the proxy change no cookie, such as by proxy_cookie_path, proxy_cookie_domain or proxy_cookie_flags."
        )
    }

    private func scriptFinding(_ cookie: Cookie) -> Finding? {
        guard !cookie.isHTTPOnly else { return nil }
        return self.finding(
            "http-only", .error, "\(cookie.name) is not HttpOnly", "Any script of the page can copy it.",
            fix: "Set cookie.isHTTPOnly to true, and let the proxy keep it.")
    }

    private func siteFinding(_ cookie: Cookie) -> Finding? {
        guard !["lax", "strict"].contains(cookie.sameSite) else { return nil }
        return self.finding(
            "same-site", .warning, "\(cookie.name) with SameSite \(cookie.sameSite ?? "missing")",
            "Forms of other sites may carry it.", fix: "Set cookie.sameSite to lax, unless the site runs in frames.")
    }

    private func duplicateFindings(_ cookies: [Cookie]) -> [Finding] {
        Dictionary(grouping: cookies, by: \.name).filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map {
            name, same in
            self.finding(
                "duplicates", .error, "\(same.count) cookies named \(name) in one response",
                "Browsers keep one of them, or both for different paths, and visitors lose their sessions.",
                fix: "Let one server set it: look for a second middleware, or a proxy that adds one.")
        }
    }
}
#endif
