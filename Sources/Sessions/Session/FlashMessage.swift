//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A message to show a visitor once, on the next page they see: "Your changes are saved."
///
/// Messages wait in the session under the name ``valueName``. There are at most ``maximumCount`` of them, and their
/// texts and kinds together have at most ``maximumSize`` bytes. When there are more, the oldest are dropped.
public struct FlashMessage: Sendable, Hashable, Codable {
    /// The name of the value that holds waiting messages, for code that lists values by name or carries some over a
    /// login.
    public static let valueName = "_flash"
    /// The maximum number of waiting messages.
    public static let maximumCount = 10
    /// The maximum total size of the waiting texts and kinds, in bytes.
    public static let maximumSize = 2_048

    /// The text of the message. Escape it wherever you show it: messages often contain a visitor's input.
    public var text: String { self.bytes.text }
    private let bytes: ByteString
    /// The kind of the message.
    public let kind: Kind

    /// Creates a message.
    ///
    /// - Parameters:
    ///   - text: The text. A longer text is truncated to 1,024 bytes.
    ///   - kind: The kind of the message. The default is ``Kind/info``.
    public init(_ text: String, kind: Kind = .info) {
        self.bytes = ByteString(text.truncated(toBytes: 1_024) ?? "")
        self.kind = kind
    }

    private enum CodingKeys: String, CodingKey {
        case bytes = "text"
        case kind
    }
}

extension FlashMessage {
    /// The kind of a message: success, a warning, or a kind of your own. Kinds are compared byte by byte.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// An action succeeded.
        public static let success = Kind("success")
        /// The message is information.
        public static let info = Kind("info")
        /// The message needs attention.
        public static let warning = Kind("warning")
        /// An action failed.
        public static let error = Kind("error")

        /// The name of the kind. The four predefined names are valid CSS class names.
        public var name: String { self.bytes.text }
        private let bytes: ByteString

        /// Creates a kind of your own.
        ///
        /// - Parameter name: The name. A longer name is truncated to 32 bytes.
        public init(_ name: String) {
            self.bytes = ByteString(name.truncated(toBytes: 32) ?? "")
        }

        public var description: String { self.name }
    }
}

extension FlashMessage.Kind: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.name)
    }
}

extension SessionKey<[FlashMessage]> {
    /// The waiting messages. Nothing is stored if there are none.
    static var flashMessages: Self {
        SessionKey(
            FlashMessage.valueName,
            default: [],
            codec: SessionValueCodec(
                encode: { try $0.isEmpty ? nil : ValueCoding.encode($0) },
                decode: { try ValueCoding.decode($0) }
            )
        )
    }
}

extension [FlashMessage] {
    /// Adds a message, and drops the oldest ones over the limits.
    mutating func add(_ message: FlashMessage) {
        self.append(message)
        var size = self.reduce(0) { $0 + $1.size }
        while self.count > FlashMessage.maximumCount || size > FlashMessage.maximumSize {
            size -= self.removeFirst().size
        }
    }
}

extension FlashMessage {
    fileprivate var size: Int { self.text.utf8.count + self.kind.name.utf8.count }
}
