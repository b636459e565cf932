//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import NIOSSL

/// A self-signed certificate for `localhost`, known to everybody and good for tests alone.
enum TestCertificate {
    static func serverConfiguration() throws -> TLSConfiguration {
        .makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(self.certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(self.privateKey.utf8), format: .pem))
        )
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASWgAwIBAgIUeAKXNvRWjcTvEyUS2KuszBsAajcwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyNTQzMFoYDzIxMjYxMDI4
        MTI1NDMwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQ7D3zYXPs/mnu6mYEmzh2+TourD+l01ApQKIqDaeWhELOw7eviOI3o
        YrGk4gnXIoxG66W6AmoPzpAtWP2ixF0po1MwUTAdBgNVHQ4EFgQUVKfqZgZc3cMi
        6qe1kZDzf0AbuXgwHwYDVR0jBBgwFoAUVKfqZgZc3cMi6qe1kZDzf0AbuXgwDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAh8OnYHTCx8nxrgXK1U0Ho+c
        dtBtQxmc9auuCe19HuoHAiEAgqBjiSneTonU6T8VGbgAPPZUDgGVknRMJqDVaQTT
        V/8=
        -----END CERTIFICATE-----
        """

    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNpHfMUA13YnJkRKg
        uaX5nOmOlPe0XoHAa7r263rJXvahRANCAAQ7D3zYXPs/mnu6mYEmzh2+TourD+l0
        1ApQKIqDaeWhELOw7eviOI3oYrGk4gnXIoxG66W6AmoPzpAtWP2ixF0p
        -----END PRIVATE KEY-----
        """
}
#endif
