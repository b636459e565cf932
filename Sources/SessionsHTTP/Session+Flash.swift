//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions

extension Session {
    /// Takes the pending flash messages, as `takeFlashMessages()` does, if the user sees the response to this request.
    ///
    /// A HEAD request takes none. A prefetch (`Sec-Purpose`, and the fields that browsers sent before it) gets 503
    /// while messages are pending: the browser requests the page again when the user opens it, and that page shows
    /// them. While no messages are pending, the page can be prefetched.
    ///
    /// - Throws: The errors of `takeFlashMessages()`, or `SessionError` with the code `prefetchDeclined`. Do not catch
    ///   it.
    public func takeFlashMessages(for request: HTTPRequest) async throws -> [FlashMessage] {
        guard request.method != .head else { return [] }
        guard !request.headerFields.isPrefetch else {
            guard !self.hasFlashMessages else { throw SessionError.prefetchDeclined }
            return []
        }
        return try await self.takeFlashMessages()
    }
}
