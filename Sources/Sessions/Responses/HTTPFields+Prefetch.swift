//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

extension HTTPFields {
    /// Whether a browser prefetches a page, which its user may never see: `Sec-Purpose` (Fetch), and the fields that
    /// browsers sent before it.
    package var isPrefetch: Bool {
        self.indices.contains { index in
            self[index].name.isPurpose && Self.purposes.contains { self[index].value.lowercased().contains($0) }
        }
    }

    private static let purposes = ["prefetch", "prerender", "preview"]
}

extension HTTPField.Name {
    /// Whether the field names the purpose of a request. Most names differ in length, which is known without comparing
    /// letters.
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
