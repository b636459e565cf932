//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session: CustomStringConvertible, CustomReflectable {
    /// The public name of the session. Neither its token nor its values, nor what the request carried.
    public var description: String {
        // Printing is no access: it changes nothing of what the response becomes.
        let id = self.withState { $0.live?.record.id }
        return "Session(\(id.map { "\($0)" } ?? "nothing stored"))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
