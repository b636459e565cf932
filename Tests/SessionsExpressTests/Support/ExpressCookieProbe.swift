//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@testable import SessionsExpress

/// Reads and writes values of cookies as the module does.
enum ExpressCookieProbe {
    static func read(_ value: String, _ secrets: ExpressSecrets) -> String? {
        ExpressCookieValue.decode(Array(value.utf8), secrets)?.id
    }

    static func write(_ id: String, _ secrets: ExpressSecrets) -> String {
        ExpressCookieValue.encode(id, secrets)
    }
}
