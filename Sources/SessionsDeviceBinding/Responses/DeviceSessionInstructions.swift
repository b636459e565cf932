//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
public import Sessions

/// The instructions for a browser about a bound session: the JSON of a response to a registration or a refresh.
///
/// Every name of the draft is always written, because browsers differ about what is optional.
public struct DeviceSessionInstructions: Sendable, Hashable {
    /// A cookie that a refresh renews.
    public struct Credential: Sendable, Hashable {
        /// The name of the cookie.
        public var name: String
        /// Its attributes as `Set-Cookie` has them, without `Max-Age`, `Expires` and `Priority`, such as
        /// `Path=/; Secure; HttpOnly; SameSite=Lax`. Browsers drop the session if they differ from those of the cookie.
        public var attributes: String

        /// Creates a credential.
        public init(name: String, attributes: String) {
            self.name = name
            self.attributes = attributes
        }
    }

    /// A rule about requests that the browser delays for a refresh. The last rule that matches a request decides.
    public struct Rule: Sendable, Hashable {
        let type: String
        let domain: String
        let path: String

        /// Requests that are delayed.
        ///
        /// - Parameters:
        ///   - domain: A host, `*.` and a host for its subdomains, or `*`. The default is `*`.
        ///   - path: The path, and the paths below it.
        public static func include(domain: String = "*", path: String) -> Rule {
            Rule(type: "include", domain: domain, path: path)
        }

        /// Requests that are sent at once, such as those for public files.
        ///
        /// - Parameters:
        ///   - domain: A host, `*.` and a host for its subdomains, or `*`. The default is `*`.
        ///   - path: The path, and the paths below it.
        public static func exclude(domain: String = "*", path: String) -> Rule {
            Rule(type: "exclude", domain: domain, path: path)
        }
    }

    /// The session.
    public var sessionID: SessionID
    /// The path of the refresh, such as `/device-binding/refresh`.
    public var refreshPath: String
    /// The origin whose requests are delayed, such as `https://example.com`. The default is nil: the origin of the
    /// response.
    public var origin: String?
    /// Whether the requests of all hosts of the site are delayed. The origin must then be the site itself. The default
    /// is false.
    public var includesSite = false
    /// Rules about requests that are delayed. The default is none: all requests of the origin.
    public var rules: [Rule] = []
    /// The cookies that a refresh renews.
    public var credentials: [Credential]
    /// Other hosts whose pages may cause a refresh by their requests to this one, such as `*.partner.example`. The
    /// default is none.
    public var allowedInitiators: [String] = []

    /// Creates instructions.
    ///
    /// - Parameters:
    ///   - sessionID: The session.
    ///   - refreshPath: The path of the refresh.
    ///   - credentials: The cookies that a refresh renews.
    public init(sessionID: SessionID, refreshPath: String, credentials: [Credential]) {
        self.sessionID = sessionID
        self.refreshPath = refreshPath
        self.credentials = credentials
    }

    /// The JSON.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, flags and arrays of them always encode.
        return (try? encoder.encode(Form(self))).map { String(decoding: $0, as: UTF8.self) } ?? Self.end
    }

    /// The JSON that ends a session in the browser.
    public static let end = #"{"continue":false}"#

    /// The names of the draft.
    private struct Form: Encodable {
        struct Scope: Encodable {
            let origin: String?
            let includeSite: Bool
            let scopeSpecification: [Rule]

            enum CodingKeys: String, CodingKey {
                case origin
                case includeSite = "include_site"
                case scopeSpecification = "scope_specification"
            }
        }

        struct Rule: Encodable { let type, domain, path: String }
        struct Credential: Encodable { let type, name, attributes: String }

        let sessionIdentifier: String
        let refreshURL: String
        let continues = true
        let scope: Scope
        let credentials: [Credential]
        let allowedRefreshInitiators: [String]

        enum CodingKeys: String, CodingKey {
            case sessionIdentifier = "session_identifier"
            case refreshURL = "refresh_url"
            case continues = "continue"
            case scope, credentials
            case allowedRefreshInitiators = "allowed_refresh_initiators"
        }

        init(_ instructions: DeviceSessionInstructions) {
            self.sessionIdentifier = "\(instructions.sessionID)"
            self.refreshURL = instructions.refreshPath
            self.scope = Scope(
                origin: instructions.origin,
                includeSite: instructions.includesSite,
                scopeSpecification: instructions.rules.map { Rule(type: $0.type, domain: $0.domain, path: $0.path) }
            )
            self.credentials = instructions.credentials.map {
                Credential(type: "cookie", name: $0.name, attributes: $0.attributes)
            }
            self.allowedRefreshInitiators = instructions.allowedInitiators
        }
    }
}
#endif
