//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import NIOSSL

/// The certificate and the private key for TLS: two PEM files.
enum TLSArgument {
    /// - Returns: Nil for plain HTTP.
    /// - Throws: `ValidationError` if only one of them is given, or a file is invalid.
    static func read(_ options: ShowcaseOptions, _ reader: SettingReader) throws -> TLSConfiguration? {
        let certificate = try reader.value(options.certificate, orVariable: "SHOWCASE_CERTIFICATE") { $0 }
        let privateKey = try reader.value(options.privateKey, orVariable: "SHOWCASE_PRIVATE_KEY") { $0 }
        switch (certificate, privateKey) {
        case (nil, nil):
            return nil
        case (let certificate?, let privateKey?):
            return .makeServerConfiguration(
                certificateChain: try self.read(certificate) { try NIOSSLCertificate.fromPEMFile($0) }
                    .map { .certificate($0) },
                privateKey: .privateKey(try self.read(privateKey) { try NIOSSLPrivateKey(file: $0, format: .pem) })
            )
        default:
            throw ValidationError("--certificate and --private-key belong together: give both, or neither.")
        }
    }

    private static func read<Value>(_ path: String, _ read: (String) throws -> Value) throws -> Value {
        do {
            return try read(path)
        } catch {
            throw ValidationError("\(path) cannot be read as a PEM file: \(error)")
        }
    }
}
