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
    /// Takes the messages that wait for the visitor, as `takeFlashMessages()` does, if the page that answers this request
    /// is one that somebody sees: it is neither asked for its head alone nor fetched ahead of time (`Sec-Purpose`).
    ///
    /// - Throws: What `takeFlashMessages()` throws.
    public func takeFlashMessages(for request: Request) async throws -> [FlashMessage] {
        let purposes = HTTPField.Name("Sec-Purpose").map { request.headers[values: $0] } ?? []
        guard request.method != .head, !purposes.contains(where: { $0.contains("prefetch") }) else { return [] }
        return try await self.takeFlashMessages()
    }
}
#endif
