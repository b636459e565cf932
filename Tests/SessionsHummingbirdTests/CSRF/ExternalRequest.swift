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

/// A request that changes something, as a page anywhere could make a browser send it.
struct ExternalRequest: Sendable, CustomStringConvertible {
    enum FetchSite: String, CaseIterable {
        case absent
        case sameOrigin = "same-origin"
        case sameSite = "same-site"
        case crossSite = "cross-site"
        case none
        case garbage = "same-origin, same-origin"
    }

    enum Sender: String, CaseIterable {
        case absent
        case own = "http://localhost"
        case other = "https://evil.example"
        case null
        case suffix = "http://localhost.evil.example"
        case trusted = "https://partner.example"
    }

    enum Token: CaseIterable {
        case none, right, ofAnotherSession, fromBeforeTheLogin, damaged
    }

    /// Where the token is.
    enum Place: CaseIterable {
        case header, form
    }

    var fetchSite = FetchSite.absent
    var sender = Sender.absent
    var token = Token.none
    var place = Place.header

    /// Every combination.
    static let all: [ExternalRequest] = FetchSite.allCases.flatMap { fetchSite in
        Sender.allCases.flatMap { sender in
            Token.allCases.flatMap { token in
                Place.allCases.map { ExternalRequest(fetchSite: fetchSite, sender: sender, token: token, place: $0) }
            }
        }
    }

    var description: String { "\(self.fetchSite) \(self.sender) \(self.token) \(self.place)" }

    /// Whether it may go on, by the rule in plain words, for a visitor with a session.
    var isToBeAccepted: Bool {
        let browserSays = ["same-origin": "us", "none": "us", "same-site": "others", "cross-site": "others"]
        let isFromPartner = self.sender == .trusted
        // A browser that says it was us is believed, and one that says it was others only of a partner.
        if browserSays[self.fetchSite.rawValue] == "us" { return true }
        if browserSays[self.fetchSite.rawValue] == "others" { return isFromPartner }
        // An older one says from which page, and that must be ours or a partner's.
        if ![.absent, .null].contains(self.sender) { return self.sender == .own || isFromPartner }
        // One that says nothing, or hides where it is from, must bring what only a page of ours has.
        return self.token == .right
    }

    /// Sends it, with the tokens that there are.
    func send(
        _ browser: BrowsingClient,
        to path: String,
        tokens: [Token: String] = [:],
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        if self.fetchSite != .absent, let name = HTTPField.Name("Sec-Fetch-Site") {
            headers[name] = self.fetchSite.rawValue
        }
        if self.sender != .absent { headers[.origin] = self.sender.rawValue }
        guard let token = tokens[self.token] else {
            return try await browser.send(form: [], to: path, headers: headers)
        }
        switch self.place {
        case .header:
            if let name = HTTPField.Name("X-CSRF-Token") { headers[name] = token }
            return try await browser.send(form: [("a", "b")], to: path, headers: headers)
        case .form:
            return try await browser.send(form: [("a", "b"), ("_csrf", token)], to: path, headers: headers)
        }
    }
}
#endif
