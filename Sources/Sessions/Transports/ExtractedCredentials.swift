//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The credentials that a transport finds in a request.
///
/// It knows the credential format of its engine, and accepts no other.
public struct ExtractedCredentials: Sendable {
    /// The maximum number of credentials: a browser sends one, and an attacker who plants cookies may add more.
    public static let limit = 4

    private let format: CredentialFormat
    /// The credentials, without duplicates.
    var credentials = TinyArray<SessionCredential>()
    /// The number of values that had the right name and a wrong format.
    public private(set) var malformedCount = 0
    /// The number of credentials beyond the limit, which were ignored.
    public private(set) var ignoredCount = 0
    /// Why the request must be rejected.
    private(set) var refusal: SessionChallenge?
    /// Whether a credential was made with a key that is not the newest, or by an earlier release.
    private(set) var isOutdated = false

    /// Creates an empty result for bare tokens.
    public init() {
        self.init(of: .bare)
    }

    /// Creates an empty result for a credential format.
    init(of format: CredentialFormat) {
        self.format = format
    }

    /// One credential.
    init(_ credential: SessionCredential) {
        self.init()
        self.add(credential)
    }

    /// Whether a credential may be split over several fields.
    var allowsChunking: Bool { if case .sealed = self.format { true } else { false } }

    /// The tokens, without duplicates.
    public var tokens: [SessionToken] {
        self.credentials.compactMap { if case .token(let token) = $0 { token } else { nil } }
    }

    /// Whether the request must be rejected.
    public var isRefused: Bool { self.refusal != nil }

    /// Whether nothing was found.
    var isEmpty: Bool {
        self.credentials.isEmpty && self.malformedCount == 0 && self.ignoredCount == 0
    }

    /// Rejects the request with HTTP 401 and the transport's response to the challenge, because of what it carries in a
    /// place that only this transport reads. Do not use it for cookies, which anyone may have planted.
    public mutating func refuse(_ challenge: SessionChallenge) {
        self.refusal = challenge
    }

    /// Adds a value that was found under the right name.
    public mutating func add(_ credential: some Collection<UInt8>) {
        switch self.format {
        case .bare:
            self.add(SessionToken(credential))
        case .signed(let signer, let name):
            let verified = signer.verify(credential, for: name)
            self.isOutdated = self.isOutdated || verified?.isOutdated ?? false
            self.add(verified?.token)
        case .sealed(let limit):
            guard !credential.isEmpty, credential.count <= limit else { return self.malformedCount += 1 }
            self.add(.sealed(Array(credential)))
        case .external(let claim):
            guard let claim = claim(Array(credential)) else { return self.malformedCount += 1 }
            self.isOutdated = self.isOutdated || claim.isOutdated
            self.add(.external(claim.id))
        }
    }

    private mutating func add(_ token: SessionToken?) {
        guard let token else { return self.malformedCount += 1 }
        self.add(.token(token))
    }

    mutating func add(_ credential: SessionCredential) {
        let hadRoom = self.credentials.add(credential, upTo: Self.limit) { $0.matches($1) }
        if !hadRoom { self.ignoredCount += 1 }
    }
}

extension ExtractedCredentials: CustomStringConvertible, CustomReflectable {
    /// The number of credentials, without the credentials.
    public var description: String {
        let found = Array(self.credentials).count
        return "ExtractedCredentials(\(found) found, \(self.malformedCount) malformed, \(self.ignoredCount) too many)"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
