//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions

extension SessionKey<Int> {
    /// `req.session.views`.
    static var views: Self { .counter("views") }
}

/// What both servers respond about a visitor.
struct Visitor: ResponseEncodable {
    var server = "Swift"
    var user: String?
    var views: Int

    init(_ session: Session) {
        self.user = session.subject
        self.views = session[.views]
    }
}
