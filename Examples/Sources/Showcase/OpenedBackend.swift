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
import SessionsPostgres
import SessionsRedis

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
        func connected(to url: String) throws -> RedisSessionStore {
            let opened = try RedisServerArgument.open(url, authority: settings.redisAuthority, logger: logger)
            services += opened.services
            return opened.store
        }
        func postgres(_ url: String) throws -> PostgresSessionStore {
            let opened = try PostgresArgument.open(url, logger: logger)
            services.append(opened.service)
            return swept(opened.store)
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
        case .memory, .sqlite, .redis, .postgres:
            let signer = settings.isSigned ? try keyring() : nil
            let store: any SessionStore =
                switch settings.store {
                case .sqlite(let path): swept(try SQLiteArgument.open(path))
                case .redis(let url): try connected(to: url)
                case .postgres(let url): try postgres(url)
                default: swept(MemorySessionStore())
                }
            self.backend = .stored(in: store, encryptedAtRest: settings.isEncryptedAtRest, signedWith: signer)
        case .sealed:
            let keyring = try keyring()
            let revocation: SessionRevocation =
                switch settings.revocation {
                case .memory: .inMemoryUntilRestart
                case .sqlite(let path):
                    .stored(in: swept(try SQLiteArgument.open(path)), maximumAge: settings.revocationAge)
                case .redis(let url):
                    .stored(in: try connected(to: url), maximumAge: settings.revocationAge)
                case .postgres(let url):
                    .stored(in: try postgres(url), maximumAge: settings.revocationAge)
                case .nowhere: .none
                }
            self.backend = .sealed(with: keyring, revocation: revocation)
        case .tokenOnly:
            self.backend = .tokenOnly(with: try keyring())
        }
        self.services = services
    }
}
