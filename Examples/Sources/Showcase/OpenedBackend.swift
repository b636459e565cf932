//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import ServiceLifecycle
import Sessions

/// The backend, and what runs beside it: whatever frees what has expired, and whatever reads the keys again.
struct OpenedBackend {
    let backend: SessionBackend
    let services: [any Service]

    init(_ settings: BackendSettings, logger: Logger) throws {
        var services: [any Service] = []
        func swept<Store: SweepableSessionStore>(_ store: Store) -> Store {
            services.append(SessionSweeper(store, logger: logger))
            return store
        }
        func keyring() throws -> SecretKeyring {
            do {
                switch settings.keys {
                case nil: return .ephemeral()
                case .environment(let name): return try SecretKeyring(environment: name)
                case .file(let path):
                    // Whoever tries out a rotation does not want to wait.
                    let file = try SecretKeyFile(path, every: .seconds(1), logger: logger)
                    services.append(file)
                    return file.keyring
                }
            } catch {
                throw ShowcaseFailure(error)
            }
        }
        // The keys come first: options that are refused must not leave a new file behind.
        switch settings.store {
        case .memory, .sqlite:
            let signer = settings.isSigned ? try keyring() : nil
            let store: any SessionStore =
                if case .sqlite(let path) = settings.store {
                    swept(try SQLiteArgument.open(path))
                } else {
                    swept(MemorySessionStore())
                }
            self.backend = .stored(in: store, encryptedAtRest: settings.isEncryptedAtRest, signedWith: signer)
        case .sealed:
            let keyring = try keyring()
            let revocation: SessionRevocation =
                switch settings.revocation {
                case .memory: .inMemoryUntilRestart
                case .sqlite(let path):
                    .stored(in: swept(try SQLiteArgument.open(path)), maximumAge: settings.revocationAge)
                case .nowhere: .none
                }
            self.backend = .sealed(with: keyring, revocation: revocation)
        case .tokenOnly:
            self.backend = .tokenOnly(with: try keyring())
        }
        self.services = services
    }
}
