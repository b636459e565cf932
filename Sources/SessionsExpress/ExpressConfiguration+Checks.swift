//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension ExpressConfiguration {
    /// Names that a session of Express reserves: its own properties, and those of every JavaScript object. A value with
    /// such a name is lost when Express reads the session.
    private static let reserved: Set<ByteString> = [
        "cookie", "id", "req", "touch", "resetMaxAge", "save", "reload", "destroy", "regenerate", "constructor",
        "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf", "__proto__",
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
    ]

    /// The properties of a session that are not values.
    var hiddenNames: Set<ByteString> { ["cookie", ByteString(self.ownProperty), ByteString(self.subject.path[0])] }

    /// - Throws: `SessionError` with the code `notEncodable` when a value must not have this name.
    func check(name: String) throws {
        if name.hasSameBytes(as: self.subject.path[0]) {
            throw SessionError.unstorable(name, "it holds the user who is logged in: call logIn(_:).")
        }
        if name.hasSameBytes(as: self.ownProperty) || Self.reserved.contains(ByteString(name)) {
            throw SessionError.unstorable(name, "the name has another meaning in a session of Express: choose another.")
        }
    }

    /// The problems of the configuration. Each says what to change.
    func problems(_ configuration: SessionConfiguration) -> [String] {
        var problems: [String] = []
        if self.prefix.isEmpty {
            problems.append(
                "prefix is empty, and every key of the server would be a session: give that of connect-redis.")
        }
        if Self.reserved.contains(ByteString(self.subject.path[0])) || self.subject.path.contains("") {
            problems.append("subject is in \(self.subject.path), which Express cannot keep: give another property.")
        }
        let own = ByteString(self.ownProperty)
        if Self.reserved.contains(own) || own == ByteString(self.subject.path[0]) {
            problems.append("ownProperty is \"\(self.ownProperty)\", which has another meaning: give another name.")
        }
        if let maximumRecordSize, maximumRecordSize < configuration.maximumValuesSize {
            problems.append(
                """
                maximumRecordSize (\(maximumRecordSize)) is less than maximumValuesSize \
                (\(configuration.maximumValuesSize)): enlarge it, or leave it nil.
                """
            )
        }
        guard case .lasting(let duration) = self.timeToLive.choice else { return problems }
        let idle = configuration.limits.idle ?? configuration.limits.absolute
        if duration < .seconds(1) {
            problems.append("timeToLive is \(duration): give it at least 1 second.")
        } else if duration < idle, !self.disablesTimeToLive {
            problems.append(
                """
                timeToLive (\(duration)) is shorter than limits.idle (\(idle)), and sessions would be gone before: \
                lengthen it here and in connect-redis, or shorten the limit.
                """
            )
        }
        return problems
    }
}
