//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A level that a user has reached, with the time.
struct AuthenticationProof: Sendable, Equatable {
    let level: AuthenticationLevel
    let time: SessionInstant
}
