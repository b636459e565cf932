//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import NIOSSL

extension RedisConfiguration {
    /// Whether and how connections are encrypted.
    public struct TLS: Sendable {
        let configuration: TLSConfiguration?
        let serverName: String?

        /// Nothing is encrypted: for a server on this machine or in a network that nobody else is in.
        public static let off = TLS(configuration: nil, serverName: nil)

        /// TLS 1.2 or later. The server's certificate must be signed by an authority that the system trusts, and be for
        /// the host of the address.
        public static let on = TLS.on(.makeClientConfiguration())

        /// TLS, with a server whose certificate is signed by an authority of one's own.
        ///
        /// - Parameter path: The path of a PEM file with the certificates of the authorities that are trusted, in place
        ///   of the system's.
        public static func on(trusting path: String) -> TLS {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(path)
            return .on(configuration)
        }

        /// TLS as configured, for a certificate of the client, for example.
        ///
        /// - Warning: `certificateVerification` other than `fullVerification` lets whoever is on the way read the
        ///   password and all sessions. The client says so in its log when it starts.
        /// - Parameters:
        ///   - configuration: The configuration. A minimum version below TLS 1.2 is raised to it.
        ///   - serverName: The name that the server's certificate must be for. The default is the host of the address.
        public static func on(_ configuration: TLSConfiguration, serverName: String? = nil) -> TLS {
            var configuration = configuration
            if configuration.minimumTLSVersion == .tlsv1 || configuration.minimumTLSVersion == .tlsv11 {
                configuration.minimumTLSVersion = .tlsv12
            }
            return TLS(configuration: configuration, serverName: serverName)
        }
    }
}

extension RedisConfiguration.TLS: CustomStringConvertible, CustomReflectable {
    /// Whether it is on. Nothing of a private key.
    public var description: String { self.configuration == nil ? "off" : "on" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
