//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// An array, or what is like one, of which some values may not have come yet.
struct RESPAggregate {
    let type: RESPType
    /// How many values are still to come.
    private(set) var missing: Int
    private var values: [RedisReply] = []
    /// False in a reply that is skipped.
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

    /// Frees the values that have come, and keeps none that comes.
    mutating func dropValues() {
        self.values = []
        self.keepsValues = false
    }

    /// What it is once all values are there; nil for an attribute, which is no value.
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
