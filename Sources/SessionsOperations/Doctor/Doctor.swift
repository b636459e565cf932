//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
package import Logging
import Sessions
import SessionsPostgres
import SessionsRedis

/// Examines a store, key files and a site.
package struct Doctor: Sendable {
    private let options: SessionStoreOptions
    private let logger: Logger

    package init(_ options: SessionStoreOptions, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Examines a store. It creates nothing, and changes nothing.
    ///
    /// - Throws: ``OperationError`` for a location that is invalid.
    package func examine(_ location: StoreLocation) async throws(OperationError) -> [Finding] {
        switch location.kind {
        case .memory:
            return []
        case .sqlite(let path):
            return SQLiteFacts.measure(path).findings
        case .redis(let url):
            return try await self.examine(redis: url, location)
        case .postgres(let url):
            return try await self.examine(postgres: url, location)
        }
    }

    /// Examines a key file.
    package func examine(keyFile path: String) -> [Finding] {
        do throws(OperationError) {
            return try KeyFile(path).report().findings
        } catch {
            return [
                Finding(
                    "keys.file", .error, at: path, "unreadable", error.description, fix: "Give the path of the file.")
            ]
        }
    }

    /// Examines a site with one request.
    ///
    /// - Parameters:
    ///   - url: The address.
    ///   - cookie: The name of the session's cookie. Nil: every name with "session".
    ///   - authority: The PEM file of the authority that signed the certificate. Nil: those of the system.
    package func examine(site url: String, cookie: String?, authority: String? = nil)
        async throws(OperationError) -> [Finding]
    {
        guard ["http://", "https://"].contains(where: { url.lowercased().hasPrefix($0) }) else {
            throw OperationError(.usage, "--url is no address of a site: give https://….")
        }
        return await ResponseFacts.measure(url, authority: authority).findings(cookie: cookie)
    }

    private func examine(redis url: String, _ location: StoreLocation) async throws(OperationError) -> [Finding] {
        let opened: RedisServers.Connected
        do throws(RedisError) {
            opened = try RedisServers.connect(url, authority: self.options.redisAuthority, logger: self.logger)
        } catch {
            throw OperationError(error)
        }
        var findings: [Finding] = []
        do {
            let servers = try await opened.client.primaries()
            for (index, server) in servers.enumerated() {
                let place = servers.count > 1 ? "primary \(index + 1)" : location.displayHost
                var facts = try await RedisFacts.measure(server, place: place)
                facts.isLocal = location.isLocal
                facts.hasTLS = location.isSecureRedis
                findings += facts.findings
            }
        } catch {
            findings.append(Self.unreachable("redis.connection", location, error))
        }
        await opened.close()
        return findings
    }

    private func examine(postgres url: String, _ location: StoreLocation) async throws(OperationError) -> [Finding] {
        let diagnostics: PostgresDiagnostics
        do throws(SessionStoreError) {
            diagnostics = try PostgresDiagnostics(url, configuration: self.options.postgres)
        } catch {
            throw OperationError(error)
        }
        do {
            var facts = try await PostgresFacts.measure(
                diagnostics, place: location.displayHost, schema: self.options.postgresSchema)
            facts.isLocal = location.isLocal
            return facts.findings
        } catch {
            return [Self.unreachable("postgres.connection", location, error)]
        }
    }

    private static func unreachable(_ name: String, _ location: StoreLocation, _ error: any Error) -> Finding {
        let error = OperationError(error)
        return Finding(
            name, .error, at: location.displayHost, error.description, "No server can use the store.",
            fix: error.code == .noPermission
                ? "Check the user, the password and the rights of the login."
                : "Check that the server runs, and that this machine reaches its port.")
    }
}

extension StoreLocation {
    /// The hosts of a URL, without the user, the password and the parameters.
    package var displayHost: String {
        let url: String
        switch self.kind {
        case .memory: return "memory"
        case .sqlite(let path): return path
        case .redis(let text), .postgres(let text): url = text
        }
        guard let separator = url.firstRange(of: "://") else { return self.name }
        let rest = url[separator.upperBound...].prefix { $0 != "?" }
        let hosts = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return hosts.isEmpty ? "local" : String(hosts.prefix { $0 != "/" })
    }

    /// Whether the connection stays on this machine.
    package var isLocal: Bool {
        if case .redis(let url) = self.kind, url.lowercased().hasPrefix("unix://") { return true }
        return self.displayHost.split(separator: ",").allSatisfy { host in
            let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
            // A host that begins with a slash is a socket.
            return ["localhost", "local", "::1"].contains(name) || name.hasPrefix("127.") || name.hasPrefix("%2F")
        }
    }
}
#endif
