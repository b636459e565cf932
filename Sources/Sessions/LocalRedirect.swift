//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A redirect target on this server: an absolute path with its query, which no client or proxy can interpret as another
/// host (ASVS 5.0, 3.7.2).
///
/// Use it for a target that a client sends, such as `next` after a login:
///
/// ```swift
/// let next = form.next.flatMap { LocalRedirect($0) } ?? .root
/// return .redirect(to: next.location)
/// ```
public struct LocalRedirect: Sendable, Hashable, CustomStringConvertible {
    /// The maximum size of an accepted string, in bytes.
    static let limit = 2048
    /// How many layers of percent-encoding are checked. No honest client uses more.
    static let maximumEncodings = 4

    /// The path with its query, ready for a `Location` field: printable ASCII only.
    public let location: String

    /// The path `/`.
    public static let root = LocalRedirect(trusted: "/")

    private init(trusted location: String) {
        self.location = location
    }

    /// Creates a redirect target from untrusted input. Characters that are not ASCII are percent-encoded.
    ///
    /// - Parameter text: A path with its query, not percent-encoded as a whole: the decoded value of a form field or a
    ///   query parameter.
    /// - Returns: Nil if the target may not be on this server: an address with a scheme or a host, also as `//host` and
    ///   `/\\host`, which browsers treat alike; backslashes and dot segments in the path, or control characters
    ///   anywhere, even if percent-encoded repeatedly; or more than 2,048 bytes.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(Self.limit + 1))
        guard bytes.count <= Self.limit, Self.isLocal(bytes) else { return nil }
        self.location = bytes.reduce(into: "") { location, byte in
            location += (0x21...0x7E).contains(byte) ? String(Unicode.Scalar(byte)) : Self.percentEncoded(byte)
        }
    }

    /// This target with another one in its query, to continue to: `/login?next=%2Faccount`.
    ///
    /// - Parameters:
    ///   - next: The target to continue to.
    ///   - name: The name of the parameter. The default is `next`.
    public func addingRedirect(to next: LocalRedirect, as name: String = "next") -> LocalRedirect {
        let page = self.location.prefix { $0 != "#" }
        let separator = page.contains("?") ? "&" : "?"
        let parameter = "\(Self.component(name))=\(Self.component(next.location))"
        return LocalRedirect(trusted: "\(page)\(separator)\(parameter)\(self.location.dropFirst(page.count))")
    }

    /// The path, without its query.
    package var path: Substring {
        self.location.prefix { $0 != "?" && $0 != "#" }
    }

    /// The ``location``.
    public var description: String { self.location }
}

extension LocalRedirect {
    private static func isLocal(_ bytes: [UInt8]) -> Bool {
        let path = Array(bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        return path.first == UInt8(ascii: "/") && self.everyReading(of: path, is: self.isUnmistakable)
            && self.everyReading(of: bytes) { !$0.contains { $0 < 0x20 || $0 == 0x7F } }
    }

    /// Checks the bytes as they are and after each layer of percent-decoding that a proxy or server may apply.
    private static func everyReading(of bytes: [UInt8], is isGood: ([UInt8]) -> Bool) -> Bool {
        var reading = bytes
        for _ in 0...self.maximumEncodings {
            guard isGood(reading) else { return false }
            guard let decoded = PercentEncoding.decode(reading) else { return true }
            reading = decoded
        }
        return false
    }

    /// Whether a path means the same wherever it is resolved.
    private static func isUnmistakable(_ path: [UInt8]) -> Bool {
        guard !path.starts(with: "//".utf8), !path.contains(UInt8(ascii: "\\")) else { return false }
        // Some servers remove parameters from a segment before they check it for dots.
        return !path.split(separator: UInt8(ascii: "/")).contains { segment in
            let name = segment.prefix { $0 != UInt8(ascii: ";") }
            return name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8)
        }
    }

    /// A string as the name or value of a parameter: characters other than `unreserved` of RFC 3986 are
    /// percent-encoded.
    private static func component(_ text: String) -> String {
        text.utf8.reduce(into: "") { component, byte in
            let character = Character(Unicode.Scalar(byte))
            let isUnreserved =
                character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            component += isUnreserved ? String(character) : self.percentEncoded(byte)
        }
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
