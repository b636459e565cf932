//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
public import Hummingbird
public import Sessions

extension Session {
    /// Takes the messages that wait for the visitor, as `takeFlashMessages()` does, if the page that answers this
    /// request is one that its user sees.
    ///
    /// A request with HEAD takes none. A browser that fetches the page ahead of time (`Sec-Purpose`, and the fields
    /// that browsers sent before it) is answered with 503 while messages wait: it then asks again when the user opens
    /// the page, which shows them. While none wait the page is fetched ahead of time like any other.
    ///
    /// - Throws: What `takeFlashMessages()` throws, or `SessionError` with the code `prefetchDeclined`: let it through.
    public func takeFlashMessages(for request: Request) async throws -> [FlashMessage] {
        guard request.method != .head else { return [] }
        guard !request.headers.isPrefetch else {
            guard !self.hasFlashMessages else { throw SessionError.prefetchDeclined }
            return []
        }
        return try await self.takeFlashMessages()
    }
}
#endif
