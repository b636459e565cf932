//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

extension HTTPFields {
    /// The items of a comma-separated list (RFC 9110 section 5.6.1), which may be split over several fields. Blanks
    /// around items and empty items are removed.
    package func listItems(of name: HTTPField.Name) -> [Substring] {
        self[values: name].flatMap { value in
            value.split(separator: ",").compactMap { item in
                var item = item
                while item.first == " " || item.first == "\t" { item.removeFirst() }
                while item.last == " " || item.last == "\t" { item.removeLast() }
                return item.isEmpty ? nil : item
            }
        }
    }
}
