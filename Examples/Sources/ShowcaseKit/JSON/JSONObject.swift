//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Builds a JSON object from values that are already JSON texts, so that none is decoded and encoded again.
package struct JSONObject {
    private var body: [UInt8] = []

    /// An object with members whose values are texts.
    package init(_ members: KeyValuePairs<String, String> = [:]) {
        for (name, text) in members { self.add(name, text) }
    }

    /// The text of the object.
    package var bytes: [UInt8] { Array("{".utf8) + self.body + Array("}".utf8) }

    /// Adds a member whose value is a JSON text. Nil becomes `null`.
    package mutating func add(_ name: String, json: [UInt8]?) {
        if !self.body.isEmpty { self.body += ",".utf8 }
        self.body += SessionValue.string(name).jsonText
        self.body += ":".utf8
        self.body += json ?? Array("null".utf8)
    }

    package mutating func add(_ name: String, _ text: String?) {
        self.add(name, json: text.map { SessionValue.string($0).jsonText })
    }

    package mutating func add(_ name: String, _ truth: Bool?) {
        self.add(name, json: truth.map { SessionValue.boolean($0).jsonText })
    }

    package mutating func add(_ name: String, _ number: Int) {
        self.add(name, json: SessionValue.integer(Int64(number)).jsonText)
    }
}
