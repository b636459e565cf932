//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Crypto
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import HTTPTypes
import RawStructuredFieldValues
import Sessions
import Synchronization

/// The registration of keys.
extension DeviceBoundBrowser {
    /// The fields of the protocol. Their names are valid.
    enum Field {
        static let registration = HTTPField.Name("Secure-Session-Registration")
        static let challenge = HTTPField.Name("Secure-Session-Challenge")
        static let response = HTTPField.Name("Secure-Session-Response")
        static let sessionID = HTTPField.Name("Sec-Secure-Session-Id")
        static let skipped = HTTPField.Name("Secure-Session-Skipped")

        /// The list that a field of a response has; nil if it is malformed, or there is none.
        static func list(_ name: HTTPField.Name?, in fields: HTTPFields) -> [ItemOrInnerList]? {
            guard let name, fields.contains(name) else { return nil }
            var parser = StructuredFieldValueParser(Array(fields[values: name].joined(separator: ", ").utf8))
            return try? parser.parseListFieldValue()
        }
    }

    /// Section "Process session registration".
    ///
    /// - Parameter page: The address of the page that made the request.
    func register(for response: Response, from url: String, on page: String) async {
        guard let location = TestLocation(url), location.isTrustworthy else { return }
        for case .innerList(let offer) in Field.list(Field.registration, in: response.headerFields) ?? [] {
            guard case .string(let path)? = offer.rfc9651Parameters["path"] else { continue }
            var texts: [String: String] = [:]
            var isMalformed = false
            for name in ["challenge", "authorization"] {
                switch offer.rfc9651Parameters[name] {
                case .string(let text)?: texts[name] = text
                case nil: break
                default: isMalformed = true
                }
            }
            if isMalformed { continue }
            let offersAlgorithm = offer.bareInnerList.contains {
                if case .token("ES256") = $0.rfc9651BareItem { true } else { false }
            }
            guard offersAlgorithm else { return self.record(.init(.notRegistered, nil, .noAlgorithm)) }
            await self.register(
                at: location.resolving(path),
                for: location,
                on: page,
                challenge: texts["challenge"],
                authorization: texts["authorization"]
            )
        }
    }

    private func register(
        at url: String,
        for location: TestLocation,
        on page: String,
        challenge: String?,
        authorization: String?
    ) async {
        guard let destination = TestLocation(url), destination.isTrustworthy, destination.site == location.site else {
            return self.record(.init(.notRegistered, nil, .invalidAddress))
        }
        let key = P256.Signing.PrivateKey()
        var fields: HTTPFields = [:]
        if let name = Field.response,
            let proof = try? DeviceTestProof.registration(challenge, authorization: authorization, by: key)
        {
            fields[name] = self.written(proof)
        }
        fields[.authorization] = authorization
        let request = Request(method: .post, url: url, headerFields: fields)
        guard let response = try? await self.exchange(request, withCredentials: true, from: page) else {
            return self.record(.init(.notRegistered, nil, .unreachable))
        }
        guard response.status.kind == .successful else {
            return self.record(.init(.notRegistered, nil, .refused))
        }
        await self.begin(response, from: url, for: nil, key)
    }

    func written(_ text: String) -> String { self.form.isQuoted ? "\"\(text)\"" : text }

    /// Section "Create session".
    ///
    /// - Parameter name: The session of a refresh; nil at a registration.
    func begin(
        _ response: Response,
        from url: String,
        for name: DeviceBrowserSession.Name?,
        _ key: P256.Signing.PrivateKey
    ) async {
        func fail(_ reason: DeviceBrowserEvent.Reason) {
            if let name { self.end(name, reason) } else { self.record(.init(.notRegistered, nil, reason)) }
        }
        let json = Data(response.body.utf8)
        guard let location = TestLocation(url),
            let continuation = try? JSONDecoder().decode(DeviceBrowserInstructions.Continuation.self, from: json)
        else { return fail(.invalidJSON) }
        guard continuation.continues else { return fail(.notContinued) }
        guard let instructions = try? JSONDecoder().decode(DeviceBrowserInstructions.self, from: json),
            !instructions.id.isEmpty, !instructions.credentials.isEmpty
        else { return fail(.invalidJSON) }
        if let name, name.id != instructions.id { return fail(.otherSession) }
        guard let origin = TestLocation(instructions.scope.origin ?? location.origin), origin.site == location.site,
            instructions.scope.origin.map({ $0 == origin.origin }) != false
        else { return fail(.invalidOrigin) }
        let refreshURL = instructions.refreshURL.map { location.resolving($0) } ?? url
        guard let refresh = TestLocation(refreshURL), refresh.isTrustworthy, refresh.site == location.site else {
            return fail(.invalidAddress)
        }
        guard instructions.credentials.allSatisfy(\.isPermitted) else { return fail(.invalidCredential) }
        guard await self.allowsSite(instructions, origin, location, isRefresh: name != nil) else {
            return fail(.siteNotAllowed)
        }
        guard instructions.credentials.contains(where: { $0.cookie(from: location) != nil }) else {
            return fail(.cookieNotAllowed)
        }
        let session = DeviceBrowserSession(
            name: .init(site: location.site, id: instructions.id),
            key: key,
            instructions: instructions,
            origin: origin,
            refreshURL: refreshURL
        )
        self.state.withLock { state in
            if let index = state.sessions.firstIndex(where: { $0.name == session.name }) {
                state.sessions[index] = session
            } else {
                state.sessions.append(session)
            }
            if name == nil { state.events.append(.init(.registered, session.id)) }
        }
        self.keepChallenges(of: response, from: location)
    }

    /// Whether a scope that includes the site is allowed: a subdomain must be named by the site.
    private func allowsSite(
        _ instructions: DeviceBrowserInstructions,
        _ origin: TestLocation,
        _ location: TestLocation,
        isRefresh: Bool
    ) async -> Bool {
        struct Sites: Decodable {
            let origins: [String]
            enum CodingKeys: String, CodingKey { case origins = "registering_origins" }
        }
        guard instructions.scope.includeSite else { return true }
        guard origin.host == location.site else { return false }
        if isRefresh || location.host == location.site { return true }
        let url = "https://\(location.site)/.well-known/device-bound-sessions"
        let request = Request(method: .get, url: url, headerFields: [:])
        guard let response = try? await self.exchange(request, withCredentials: false, from: url),
            response.status == .ok,
            let sites = try? JSONDecoder().decode(Sites.self, from: Data(response.body.utf8))
        else { return false }
        return sites.origins.contains(location.origin)
    }
}
#endif
