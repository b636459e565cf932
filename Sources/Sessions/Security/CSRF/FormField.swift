//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

/// The fields of a form: `application/x-www-form-urlencoded`, parsed as in the URL Standard.
package enum FormField {
    /// Whether the `Content-Type` is that of a form.
    package static func isForm(_ fields: HTTPFields) -> Bool {
        let type = fields[.contentType]?.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
        return type?.lowercased() == "application/x-www-form-urlencoded"
    }

    /// The values of a field, in one pass.
    package static func values(named name: String, in form: [UInt8]) -> [[UInt8]] {
        form.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let field = pair.prefix { $0 != UInt8(ascii: "=") }
            guard self.decode(field).elementsEqual(name.utf8) else { return nil }
            return self.decode(pair.dropFirst(field.count + 1))
        }
    }

    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        PercentEncoding.decode(text, plusIsSpace: true) ?? Array(text)
    }
}
