//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Logging

/// Dry runs of the opening of a session.
extension SessionEngine {
    /// Decides about the cookies of a request as ``open(_:logger:)`` does, and changes nothing: no session is ended,
    /// extended or renewed, and no event is reported.
    ///
    /// - Parameters:
    ///   - request: The request, with the field `Cookie`.
    ///   - keyring: The keys of the backend, to name the one that signed a token. Nil if it has none.
    ///   - logger: The logger of the store's failures.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    package func explain(
        _ request: SessionRequest,
        keyring: SecretKeyring?,
        logger: Logger
    ) async throws -> CredentialExplanation {
        var credentials = ExtractedCredentials(of: self.credentialFormat(for: request))
        try self.read(request, by: 0, into: &credentials, logger: logger)
        let origin = EventOrigin(request, logger, self.environment)
        var operation = self.openOperation(for: request, credentials, by: 0)
        var step = operation.next(.started)
        while true {
            switch step {
            case .perform(let action):
                step = operation.next(try await self.dryRun(action, for: request, origin))
            case .finish(let resolution):
                return CredentialExplanation(
                    presented: self.presented(in: request, keyring),
                    isAccepted: resolution.live != nil,
                    reason: resolution.reason,
                    isOutdated: resolution.isOutdated,
                    record: resolution.live?.record
                )
            case .fail(let error):
                throw error
            }
        }
    }

    private func dryRun(_ action: OpenOperation.Action, for request: SessionRequest, _ origin: EventOrigin)
        async throws -> OpenOperation.Event
    {
        switch action {
        case .lookUp, .loadSecrets:
            do {
                return try await self.driver.perform(action, for: request, origin: origin)
            } catch let error as SessionError {
                return .failed(error)
            }
        case .checkActor(let record, let token):
            // The real check also ends the session, or extends the administrator's.
            guard try await (self.driver as? StoredSessions)?.actor(of: record) != nil else {
                return .found(.ended(record.id, subject: record.subject))
            }
            return .found(.live(SessionState.LoadedSession(record: record, token: token, isNew: false)))
        case .endCopied(let record, let reason):
            return .endedCopied(record, reason, isEnded: false)
        case .report:
            return .reported
        }
    }

    private func presented(in request: SessionRequest, _ keyring: SecretKeyring?)
        -> [CredentialExplanation.Presented]
    {
        let name = self.configuration.cookieName(for: request)
        return CookieChunks.join(name: name, in: request.headerFields).map { credential in
            let form = CredentialForm(credential)
            var presented = CredentialExplanation.Presented(form: form)
            switch form {
            case .signedToken:
                presented.keyID = keyring.flatMap { self.signingKeyID(of: credential, for: name, $0) }
            case .sealed(let keyID):
                guard let opened = (self.driver as? SealedSessions)?.open(credential, name) else { break }
                presented.sealedRecord = opened.record
                presented.keyID = keyID
            case .token, .express, .unknown:
                break
            }
            return presented
        }
    }

    private func signingKeyID(of credential: [UInt8], for name: String, _ keyring: SecretKeyring) -> String? {
        let backend: KeyAudience.Backend = self.driver is TokenOnlySessions ? .tokens : .stored
        let context = self.configuration.audience(backend).context
        return keyring.snapshot.keys.first { key in
            guard
                let own = try? SecretKeyring([key]),
                let signer = try? TokenSigner(own, context: context, former: self.configuration.formerTokens)
            else { return false }
            return signer.verify(credential, for: name) != nil
        }?.id.description
    }
}
