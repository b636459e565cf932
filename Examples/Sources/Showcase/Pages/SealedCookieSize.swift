//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import ShowcaseKit

/// The size of a sealed session's cookie, as received with the request. The next one is sealed with the response.
struct SealedCookieSize: CustomStringConvertible {
    /// The size of the names and the values together.
    let byteCount: Int
    private let cookieCount: Int

    /// - Returns: Nil when the session is not in a cookie, or was not in the request.
    init?(of session: Session, _ backend: BackendSettings, in request: Request, name: String) {
        guard backend.store == .sealed, session.id != nil, !session.isNew else { return nil }
        // A session that is too long for one cookie is split into at most four.
        let names = [name] + (1..<4).map { "\(name).\($0)" }
        let sizes = names.compactMap { name in
            request.cookies[name].map { name.utf8.count + $0.value.utf8.count }
        }
        self.byteCount = sizes.reduce(0, +)
        self.cookieCount = sizes.count
    }

    var description: String {
        "\(self.byteCount) bytes in \(self.cookieCount) cookie\(self.cookieCount == 1 ? "" : "s"), as it came"
    }
}
