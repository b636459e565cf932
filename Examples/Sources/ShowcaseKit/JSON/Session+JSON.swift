//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

extension Session {
    /// The response of `/api/session`: everything that a visitor may know about the session, which excludes only the
    /// token.
    ///
    /// - Parameters:
    ///   - backend: The backend of the session.
    ///   - cookieByteCount: The size of its cookie, if the whole session is in it.
    package func json(in backend: StoreArgument, cookieByteCount: Int? = nil) -> JSONObject {
        let isPresent = self.id != nil
        var object = JSONObject()
        object.add("backend", backend.name)
        object.add("id", self.id.map { "\($0)" })
        object.add("isNew", isPresent ? self.isNew : nil)
        guard backend != .tokenOnly else { return object }
        if let cookieByteCount { object.add("cookieBytes", cookieByteCount) }
        var values = JSONObject()
        for (name, value) in self.visibleValues { values.add(name, json: value.jsonText) }
        object.add("authenticated", isPresent ? self.isAuthenticated : nil)
        object.add("subject", self.subject)
        object.add("deviceBound", isPresent ? self.isDeviceBound : nil)
        object.add("createdAt", self.createdAt?.description)
        object.add("lastAccessedAt", self.lastAccessedAt?.description)
        object.add("idleExpiresAt", self.idleExpiresAt?.description)
        object.add("absoluteExpiresAt", self.absoluteExpiresAt?.description)
        object.add("values", json: values.bytes)
        return object
    }
}

extension Session {
    /// The values that the visitor and the application set, in order, without pending flash messages.
    package var visibleValues: [(name: String, value: SessionValue)] {
        self.values.filter { $0.name != FlashMessage.valueName }
    }
}
