//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A command for a Redis or Valkey server.
///
/// ```swift
/// let reply = try await client.execute(RedisCommand("GET", "greeting", key: "greeting"))
/// ```
public struct RedisCommand: Sendable {
    /// The name of the command, such as `SET`.
    public let name: String
    /// What follows the name. The key is one of them.
    public let arguments: [RedisArgument]
    /// The one key the command touches, which says which server of a cluster it is for; nil for a command without one.
    public let key: RedisArgument?

    /// Creates a command.
    ///
    /// - Parameters:
    ///   - name: The name of the command, one word.
    ///   - arguments: What follows the name, the key among them.
    ///   - key: The one key the command touches. The default is nil: it touches none.
    public init(_ name: String, _ arguments: [RedisArgument], key: RedisArgument? = nil) {
        self.name = name
        self.arguments = arguments
        self.key = key
    }

    /// Creates a command with the arguments one after another.
    public init(_ name: String, _ arguments: RedisArgument..., key: RedisArgument? = nil) {
        self.init(name, arguments, key: key)
    }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
    /// The name and the number of arguments, and none of them: they hold what sessions hold.
    public var description: String { "\(self.name) with \(self.arguments.count) arguments" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
