//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The input of a login.
struct Credentials: Decodable {
    let username: String
    let password: String
    /// How an API client wants its token. Nil: in the same way as the request's.
    var transport: String?
}
