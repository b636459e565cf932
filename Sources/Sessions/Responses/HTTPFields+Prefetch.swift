//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

extension HTTPFields {
    /// Whether a browser fetches a page ahead of time, which its user may never see: `Sec-Purpose` (Fetch), and what
    /// browsers sent before it.
    package var isPrefetch: Bool {
        self.indices.contains { index in
            self[index].name.isPurpose && Self.purposes.contains { self[index].value.lowercased().contains($0) }
        }
    }

    private static let purposes = ["prefetch", "prerender", "preview"]
}

extension HTTPField.Name {
    /// Whether the field says what a request is for. Most names differ in length, which is known without comparing.
    fileprivate var isPurpose: Bool {
        let name = self.canonicalName
        switch name.utf8.count {
        case 5: return name == "x-moz"
        case 7: return name == "purpose"
        case 9: return name == "x-purpose"
        case 11: return name == "sec-purpose"
        case 13: return name == "x-sec-purpose"
        default: return false
        }
    }
}
