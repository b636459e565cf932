//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a credential looks like, from its form alone: nothing of it is verified.
package enum CredentialForm: Sendable, Equatable {
    /// The token of a stored session.
    case token(SessionID)
    /// A token with a signature.
    case signedToken(SessionID)
    /// A sealed session, and the short id of the key that it names.
    case sealed(keyID: String)
    /// A cookie that express-session signed.
    case express
    /// Anything else.
    case unknown(byteCount: Int)

    package init(_ credential: some Collection<UInt8>) {
        let bytes = Array(credential)
        let length = SessionToken.textLength
        if bytes.count == length, let token = SessionToken(bytes) {
            self = .token(token.id)
        } else if bytes.count == TokenSigner.textLength, bytes[length] == UInt8(ascii: "."),
            let token = SessionToken(bytes.prefix(length))
        {
            self = .signedToken(token.id)
        } else if let sealed = Base64URL.decode(bytes), let keyID = Sealer.keyID(of: sealed) {
            self = .sealed(keyID: keyID.description)
        } else if bytes.starts(with: "s%3A".utf8) || bytes.starts(with: "s:".utf8) {
            self = .express
        } else {
            self = .unknown(byteCount: bytes.count)
        }
    }
}
