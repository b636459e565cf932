//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Logging
package import ServiceLifecycle
package import Sessions

/// The backend and its services, which sweep expired sessions and reload the keys.
package struct OpenedBackend {
    package let backend: SessionBackend
    package let services: [any Service]
    /// The store of the sessions, which servers share. Nil for sessions in cookies.
    package let store: (any SessionStore)?

    package init(_ settings: BackendSettings, logger: Logger) throws {
        var services: [any Service] = []
        func opened(_ argument: StoreArgument) throws -> any SubjectSessionStore & EnumerableSessionStore {
            let opened = try OpenedStore(argument, settings, logger: logger)
            services += opened.services
            return opened.store
        }
        /// A store, or the migration from it to the new store.
        func moving(_ argument: StoreArgument) throws -> any SubjectSessionStore {
            let store = try opened(argument)
            guard let moving = settings.moving else { return store }
            return Self.store(from: store, to: try opened(moving.target), moving.phase)
        }
        func keyring() throws -> SecretKeyring {
            do {
                switch settings.keys {
                case nil: return .ephemeral()
                case .environment(let name): return try SecretKeyring(environment: name)
                case .file(let path):
                    // A short interval, to try out a rotation without waiting.
                    let file = try SecretKeyFile(path, every: .seconds(1), logger: logger)
                    services.append(file)
                    return file.keyring
                }
            } catch {
                throw ShowcaseFailure(error)
            }
        }
        // The keys come first: rejected options must not leave a new file behind.
        switch settings.store {
        case .memory, .sqlite, .redis, .postgres:
            let signer = settings.isSigned ? try keyring() : nil
            let store = try moving(settings.store)
            self.store = store
            self.backend = .stored(in: store, encryptedAtRest: settings.isEncryptedAtRest, signedWith: signer)
        case .sealed:
            let keyring = try keyring()
            let revocation: SessionRevocation =
                switch settings.revocation {
                case .memory: .inMemoryUntilRestart
                case .sqlite(let location):
                    .stored(in: try moving(.sqlite(location)), maximumAge: settings.revocationAge)
                case .redis(let location):
                    .stored(in: try moving(.redis(location)), maximumAge: settings.revocationAge)
                case .postgres(let location):
                    .stored(in: try moving(.postgres(location)), maximumAge: settings.revocationAge)
                case .nowhere: .none
                }
            self.store = nil
            self.backend = .sealed(
                with: keyring, revocation: revocation, maximumCookies: settings.sealedCookies)
        case .tokenOnly:
            self.store = nil
            self.backend = .tokenOnly(with: try keyring())
        }
        self.services = services
    }

    private static func store(
        from old: some SubjectSessionStore & EnumerableSessionStore,
        to new: some SubjectSessionStore & EnumerableSessionStore,
        _ phase: MigrationPhase
    ) -> any SubjectSessionStore {
        MigratingSessionStore(from: old, to: new, phase: phase)
    }
}
