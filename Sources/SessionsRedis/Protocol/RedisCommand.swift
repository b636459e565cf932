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
    /// The arguments after the name, including the key.
    public let arguments: [RedisArgument]
    /// The only key that the command accesses. It determines the server of a cluster. Nil for a command without a key.
    public let key: RedisArgument?

    /// Creates a command.
    ///
    /// - Parameters:
    ///   - name: The name of the command, one word.
    ///   - arguments: The arguments after the name, including the key.
    ///   - key: The only key that the command accesses. The default is nil: no key.
    public init(_ name: String, _ arguments: [RedisArgument], key: RedisArgument? = nil) {
        self.name = name
        self.arguments = arguments
        self.key = key
    }

    /// Creates a command from a list of arguments.
    public init(_ name: String, _ arguments: RedisArgument..., key: RedisArgument? = nil) {
        self.init(name, arguments, key: key)
    }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
    /// The name and the number of arguments. It does not show the arguments, because they contain session data.
    public var description: String { "\(self.name) with \(self.arguments.count) arguments" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
