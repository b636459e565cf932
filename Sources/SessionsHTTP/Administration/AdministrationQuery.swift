//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

/// What an administrator looks for, as the query of the page has it.
public struct AdministrationQuery: Sendable, Hashable {
    /// The name of the parameter with a user.
    public static let userParameter = "user"
    /// The name of the parameter with a part of a device.
    public static let deviceParameter = "device"
    /// The name of the parameter with the beginning of an address.
    public static let addressParameter = "address"
    /// The name of the parameter with the shortest age of a session, in minutes.
    public static let minimumAgeParameter = "older"
    /// The name of the parameter with the longest age of a session, in minutes.
    public static let maximumAgeParameter = "newer"
    static let fromParameter = "from"

    /// The user; empty for all.
    public var user = ""
    /// A part of the device; empty for all.
    public var device = ""
    /// The beginning of the address; empty for all.
    public var address = ""
    /// The shortest age in minutes; nil for all.
    public var minimumAge: Int?
    /// The longest age in minutes; nil for all.
    public var maximumAge: Int?

    /// The longest text of a parameter, in bytes: that of a user.
    private static let maximumByteCount = 1_024
    private static let maximumMinutes = 10_000_000

    init() {}

    /// Reads the query of a request.
    ///
    /// - Throws: ``HTTPRefusal`` with 400 for a number that is none, and for a text that is too long.
    init(_ request: HTTPRequest) throws(HTTPRefusal) {
        self.user = try Self.text(Self.userParameter, request)
        self.device = try Self.text(Self.deviceParameter, request)
        self.address = try Self.text(Self.addressParameter, request)
        self.minimumAge = try Self.minutes(Self.minimumAgeParameter, request)
        self.maximumAge = try Self.minutes(Self.maximumAgeParameter, request)
    }

    private static func text(_ name: String, _ request: HTTPRequest) throws(HTTPRefusal) -> String {
        let text = request.queryValues(of: name).first ?? ""
        guard text.utf8.count <= Self.maximumByteCount else {
            throw HTTPRefusal(
                .badRequest, "\(name) has \(text.utf8.count) bytes: give at most \(Self.maximumByteCount).")
        }
        return text
    }

    private static func minutes(_ name: String, _ request: HTTPRequest) throws(HTTPRefusal) -> Int? {
        guard let text = request.queryValues(of: name).first, !text.isEmpty else { return nil }
        guard let minutes = Int(text), (0...Self.maximumMinutes).contains(minutes) else {
            throw HTTPRefusal(.badRequest, "\(name) is no number of minutes: give 0 to \(Self.maximumMinutes).")
        }
        return minutes
    }

    var filter: SessionFilter {
        var filter = SessionFilter()
        filter.subject = self.user.isEmpty ? nil : self.user
        filter.device = self.device.isEmpty ? nil : self.device
        filter.address = self.address.isEmpty ? nil : self.address
        filter.minimumAge = self.minimumAge.map { .seconds(60 * $0) }
        filter.maximumAge = self.maximumAge.map { .seconds(60 * $0) }
        return filter
    }

    /// A link to a page of the list, relative to the page itself.
    func link(from cursor: SessionCursor? = nil) -> String {
        let parameters: [(String, String)] = [
            (Self.userParameter, self.user), (Self.deviceParameter, self.device), (Self.addressParameter, self.address),
            (Self.minimumAgeParameter, self.minimumAge.map(String.init) ?? ""),
            (Self.maximumAgeParameter, self.maximumAge.map(String.init) ?? ""),
            (Self.fromParameter, cursor?.description ?? ""),
        ]
        return "?"
            + parameters.filter { !$0.1.isEmpty }.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
