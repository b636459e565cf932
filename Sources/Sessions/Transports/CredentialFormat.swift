//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The credential format of an engine. It is a reference, because every request copies it ("memory: untouched").
indirect enum CredentialFormat {
    /// Bare tokens.
    case bare
    /// Tokens that are signed for a cookie name.
    case signed(TokenSigner, name: String)
    /// Sealed sessions, which may be long.
    case sealed(limit: Int)
    /// Credentials that another system makes.
    case external(@Sendable ([UInt8]) -> VerifiedExternalID?)
}
