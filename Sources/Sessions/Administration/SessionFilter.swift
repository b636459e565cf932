//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Which sessions an administrator looks for. Of several conditions all must hold. Without any, every session matches.
public struct SessionFilter: Sendable, Hashable {
    /// The user who is logged in, byte by byte. The default is nil: any user, and anonymous sessions.
    ///
    /// The sessions of one user are read from the store's index of users, and others are not read.
    public var subject: String?

    /// The shortest time since the session began. The default is nil: any.
    public var minimumAge: Duration?

    /// The longest time since the session began. The default is nil: any.
    public var maximumAge: Duration?

    /// A part of the device: of its label, of "Firefox on Windows", or of the user agent, without regard to the case of
    /// ASCII letters. The default is nil: any.
    public var device: String?

    /// The beginning of the address from which the session began or was last used. The default is nil: any.
    public var address: String?

    /// Creates a filter that every session matches.
    public init() {}

    /// Whether a session matches.
    public func matches(_ session: SessionSummary, now: SessionInstant) -> Bool {
        if let subject, session.subject.map({ $0.utf8.elementsEqual(subject.utf8) }) != true { return false }
        if let minimumAge, session.createdAt > now - minimumAge { return false }
        if let maximumAge, session.createdAt < now - maximumAge { return false }
        let clients = [session.lastClient, session.firstClient]
        if let address, !clients.contains(where: { $0.address?.hasPrefix(address) == true }) { return false }
        guard let device else { return true }
        let texts = [session.deviceLabel] + clients.flatMap { [$0.name, $0.userAgent] }
        let wanted = Self.folded(device)
        return texts.contains { text in text.map { Self.folded($0).contains(wanted) } ?? false }
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
