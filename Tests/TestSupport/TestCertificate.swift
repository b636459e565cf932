//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird || Redis || Vapor
package import NIOSSL

/// A self-signed certificate for `localhost`. It is public, and good for tests alone.
package enum TestCertificate {
    /// The configuration of a server that presents the certificate.
    package static func serverConfiguration() throws -> TLSConfiguration {
        .makeServerConfiguration(
            certificateChain: try self.certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(self.privateKey.utf8), format: .pem))
        )
    }

    /// The configuration of a client that trusts the certificate.
    package static func clientConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try self.certificates)
        return configuration
    }

    private static var certificates: [NIOSSLCertificate] {
        get throws { try NIOSSLCertificate.fromPEMBytes(Array(self.certificate.utf8)) }
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCAT2gAwIBAgIUYYdPeEShjzEj0xiJKI8xo/a4YaIwCgYIKoZIzj0EAwIw
        FTETMBEGA1UEAwwKcmVkaXMudGVzdDAgFw0yNjExMjExOTAwMTBaGA8yMTI2MTAy
        ODE5MDAxMFowFTETMBEGA1UEAwwKcmVkaXMudGVzdDBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABA044zf7JtcWshWqX0Ied4fnk+ZNtzq7bWoxLYV8UnHPAiAi53w6
        VydE5PsVXisZekctfK1fPVFXnu2M3sF9dr+jaTBnMB0GA1UdDgQWBBTwsmn4JDqM
        pjkdpwQdYYSpkw6RgTAfBgNVHSMEGDAWgBTwsmn4JDqMpjkdpwQdYYSpkw6RgTAP
        BgNVHRMBAf8EBTADAQH/MBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAKBggqhkjOPQQD
        AgNHADBEAiArvAe3E5twhrmTk/w9MxgPLK1ZJ5TsYJqpRNwooC2BJQIgWxzIs9rR
        iPNRZekr0UtirrMm5GG2KAtgeHAm1OTJRRA=
        -----END CERTIFICATE-----
        """

    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXYbCyUGXw29DIwIq
        Ud9cog3vvOl0IetROaWvSiv7icChRANCAAQNOOM3+ybXFrIVql9CHneH55PmTbc6
        u21qMS2FfFJxzwIgIud8OlcnROT7FV4rGXpHLXytXz1RV57tjN7BfXa/
        -----END PRIVATE KEY-----
        """
}
#endif
