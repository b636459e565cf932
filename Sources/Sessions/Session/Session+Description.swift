//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session: CustomStringConvertible, CustomReflectable {
    /// The public id of the session. The description has no token, no values, and nothing that the request carried.
    public var description: String {
        // Printing is not an access: it does not change the response.
        let id = self.withState { $0.live?.record.id }
        return "Session(\(id.map { "\($0)" } ?? "nothing stored"))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
