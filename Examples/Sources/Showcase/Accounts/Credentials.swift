//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What somebody says who wants to log in.
struct Credentials: Decodable {
    let username: String
    let password: String
    /// How a program wants its token; nil as the request came.
    var transport: String?
}
