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

        /// No encryption: for a server on this machine or in a network that no one else uses.
        public static let off = TLS(configuration: nil, serverName: nil)

        /// TLS 1.2 or later. The server's certificate must be signed by an authority that the system trusts, and must
        /// be for the host of the address.
        public static let on = TLS.on(.makeClientConfiguration())

        /// TLS, with a server certificate that a private authority signed.
        ///
        /// - Parameter path: The path of a PEM file with the certificates of the trusted authorities, in place of the
        ///   system's.
        public static func on(trusting path: String) -> TLS {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(path)
            return .on(configuration)
        }

        /// TLS with a custom configuration, for example with a client certificate.
        ///
        /// - Warning: `certificateVerification` other than `fullVerification` lets an attacker on the network read the
        ///   password and all sessions. The client logs a warning when it starts.
        /// - Parameters:
        ///   - configuration: The configuration. A minimum version below TLS 1.2 is raised to it.
        ///   - serverName: The name that the server's certificate must have. The default is the host of the address.
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
    /// Whether TLS is on. It shows nothing of a private key.
    public var description: String { self.configuration == nil ? "off" : "on" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
