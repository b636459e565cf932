//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// An array or a similar type, while some of its values have not arrived yet.
struct RESPAggregate {
    let type: RESPType
    /// How many values have not arrived yet.
    private(set) var missing: Int
    private var values: [RedisReply] = []
    /// False for a reply that is skipped.
    private var keepsValues: Bool

    init(type: RESPType, missing: Int, keepsValues: Bool) {
        self.type = type
        self.missing = missing
        self.keepsValues = keepsValues
    }

    mutating func add(_ value: RedisReply) {
        if self.keepsValues { self.values.append(value) }
        self.missing -= 1
    }

    /// Frees the received values, and keeps no more.
    mutating func dropValues() {
        self.values = []
        self.keepsValues = false
    }

    /// The reply after all values have arrived. Nil for an attribute, which is not a value.
    var reply: RedisReply? {
        switch self.type {
        case .set: .set(self.values)
        case .map: .map(self.values)
        case .push: .push(self.values)
        case .attribute: nil
        default: .array(self.values)
        }
    }
}
#endif
