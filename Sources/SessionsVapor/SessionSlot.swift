//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
/// Where a request keeps one of its sessions.
///
/// Most applications have one session for each visitor and need no slot of their own. An application with two kinds of
/// sessions, such as short ones for logins and long ones for preferences, has two middlewares whose engines have
/// cookies of different names:
///
/// ```swift
/// extension SessionSlot {
///     static let preferences = SessionSlot("preferences")
/// }
///
/// app.middleware.use(SessionEngineMiddleware(logins))
/// app.middleware.use(SessionEngineMiddleware(preferences, in: .preferences))
/// app.get { request in
///     try request.currentSession(in: .preferences)[.theme] ?? "light"
/// }
/// ```
public struct SessionSlot: Sendable, Hashable {
    private let name: String

    /// The slot that `request.currentSession` reads. This is the default.
    public static let standard = SessionSlot("")

    /// Creates a slot. Slots with the same name are the same slot.
    public init(_ name: String) {
        self.name = name
    }
}
#endif
