//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Something to tell a visitor once, on the next page they see: "Your changes are saved."
///
/// Messages wait in the session, under the name ``valueName``: at most ``maximumCount`` of them, whose texts and kinds
/// have together at most ``maximumSize`` bytes. When there are more, the oldest go.
public struct FlashMessage: Sendable, Hashable, Codable {
    /// The name of the value that messages wait under, for who lists values by name or carries some of them over a
    /// login.
    public static let valueName = "_flash"
    /// How many messages wait at most.
    public static let maximumCount = 10
    /// How many bytes of texts and kinds wait at most, in all.
    public static let maximumSize = 2_048

    /// What to say. Escape it wherever you show it: much of what is worth saying has a visitor's own words in it.
    public var text: String { self.bytes.text }
    private let bytes: ByteString
    /// What kind of message it is.
    public let kind: Kind

    /// Creates a message.
    ///
    /// - Parameters:
    ///   - text: What to say; of a longer text the first 1,024 bytes.
    ///   - kind: What kind of message it is. The default is ``Kind/info``.
    public init(_ text: String, kind: Kind = .info) {
        self.bytes = ByteString(text.cut(toBytes: 1_024) ?? "")
        self.kind = kind
    }

    private enum CodingKeys: String, CodingKey {
        case bytes = "text"
        case kind
    }
}

extension FlashMessage {
    /// What a message is: good news, a warning, or a kind of your own. Compared byte by byte.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// Something was done.
        public static let success = Kind("success")
        /// Something is worth knowing.
        public static let info = Kind("info")
        /// Something needs attention.
        public static let warning = Kind("warning")
        /// Something could not be done.
        public static let error = Kind("error")

        /// The name of the kind, fit for a class of a style sheet when it is one of the four.
        public var name: String { self.bytes.text }
        private let bytes: ByteString

        /// Creates a kind of your own.
        ///
        /// - Parameter name: Its name; of a longer one the first 32 bytes.
        public init(_ name: String) {
            self.bytes = ByteString(name.cut(toBytes: 32) ?? "")
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
    /// The messages that wait. Nothing is stored where none does.
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
    /// Adds a message; the oldest go when there are too many.
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
