//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import HTTPTypes
package import Logging
package import Sessions

/// Explains a cookie: what it is, which session it opens, and why it opens none. The engine decides, as it does for a
/// request; nothing is decided here.
package struct CookieExplainer: Sendable {
    private let store: (any SubjectSessionStore & EnumerableSessionStore)?
    private let keyring: SecretKeyring?
    private let cookieName: String?
    private let applicationName: String
    private let logger: Logger

    /// - Parameters:
    ///   - store: The store of the sessions, or of the revocations of sealed ones. Nil: it is not asked.
    ///   - keyring: The keys of sealed sessions and signed tokens. Nil: there are none.
    ///   - cookieName: The name of the cookie, which seals and signatures depend on. Nil: the name in the input, or
    ///     the default of the library.
    ///   - applicationName: The configured name of the application.
    ///   - logger: Logs failures of the store.
    package init(
        store: (any SubjectSessionStore & EnumerableSessionStore)?,
        keyring: SecretKeyring?,
        cookieName: String?,
        applicationName: String = "",
        logger: Logger
    ) {
        self.store = store
        self.keyring = keyring
        self.cookieName = cookieName
        self.applicationName = applicationName
        self.logger = logger
    }

    /// Explains the cookies of an input: a value, `name=value`, or a whole field `Cookie`.
    ///
    /// - Throws: ``OperationError``.
    package func explain(_ input: String) async throws(OperationError) -> [CookieReport] {
        guard let cookie = PresentedCookie(input, preferring: self.cookieName) else {
            throw OperationError(
                .data,
                """
                The input of \(input.utf8.count) bytes has no cookie\(self.cookieName.map { " named \($0)" } ?? ""): give \
                its value, name=value, or the field Cookie, on one line.
                """
            )
        }
        let form = CredentialForm(cookie.firstValue)
        guard let backend = self.backend(for: form, cookie) else { return [self.reportWithoutEngine(form)] }
        do {
            let explanation = try await self.explanation(of: cookie, by: backend)
            if case .signedToken = form, self.store == nil, !explanation.isAccepted,
                let report = try await self.reportOfSignature(form, cookie)
            {
                return [report]
            }
            var reports: [CookieReport] = []
            for presented in explanation.presented {
                reports.append(
                    CookieReport(
                        explanation, presented, keyring: self.keyring, store: try await self.presence(presented.id)))
            }
            return reports.isEmpty ? [self.reportWithoutEngine(form)] : reports
        } catch {
            throw OperationError(error)
        }
    }

    private func explanation(of cookie: PresentedCookie, by backend: SessionBackend) async throws
        -> CredentialExplanation
    {
        var configuration = SessionConfiguration.operations
        configuration.cookie.name = cookie.name
        configuration.applicationName = self.applicationName
        let engine = try SessionEngine(backend, configuration: configuration)
        var fields = HTTPFields()
        fields[.cookie] = cookie.field
        return try await engine.explain(
            SessionRequest(headerFields: fields, isSecure: true), keyring: self.keyring, logger: self.logger)
    }

    /// The report of a signed token of a stored session, without its store.
    ///
    /// - Returns: Nil if no key signed it for a stored session.
    private func reportOfSignature(_ form: CredentialForm, _ cookie: PresentedCookie) async throws -> CookieReport? {
        guard let keyring = self.keyring else { return nil }
        let backend = SessionBackend.stored(in: MemorySessionStore(), signedWith: keyring)
        let presented = try await self.explanation(of: cookie, by: backend).presented
        guard let keyID = presented.first?.keyID else { return nil }
        return CookieReport(form, signedBy: keyID, in: keyring)
    }

    private func backend(for form: CredentialForm, _ cookie: PresentedCookie) -> SessionBackend? {
        switch form {
        case .token:
            return self.store.map { .stored(in: $0) }
        case .signedToken:
            guard let keyring = self.keyring else { return nil }
            return self.store.map { .stored(in: $0, signedWith: keyring) } ?? .tokenOnly(with: keyring)
        case .sealed:
            return self.sealed
        case .unknown:
            return cookie.isFirstOfSeveral ? self.sealed : nil
        case .express:
            return nil
        }
    }

    private var sealed: SessionBackend? {
        guard let keyring = self.keyring else { return nil }
        return .sealed(with: keyring, revocation: self.store.map { .stored(in: $0) } ?? .none)
    }

    private func reportWithoutEngine(_ form: CredentialForm) -> CookieReport {
        CookieReport(form)
    }

    /// What the store has under an id.
    private func presence(_ id: SessionID?) async throws -> CookieReport.Presence? {
        guard let store = self.store, let id else { return nil }
        do {
            switch try await store.load(id, now: SessionClock.system.now) {
            case .found(let record): return CookieReport.Presence(word: "live", record: record)
            case .ended: return CookieReport.Presence(word: "ended", record: nil)
            case .missing: return CookieReport.Presence(word: "unknown", record: nil)
            }
        } catch let error as SessionStoreError where [.corruptRecord, .newerRecord].contains(error.code) {
            return CookieReport.Presence(word: "unreadable", record: nil)
        }
    }
}
#endif
