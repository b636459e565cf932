//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// A transport as an engine uses it: the properties that every request needs are read once, when the engine is created.
final class PreparedTransport: Sendable {
    let transport: any SessionTransport
    let isAmbient: Bool
    let deliversCredential: Bool
    private let requestField: HTTPField.Name
    /// The fields for nearly every response that depends on a session.
    private let privacy: [HTTPField]

    init(_ transport: any SessionTransport) {
        self.transport = transport
        self.isAmbient = transport.isAmbient
        self.deliversCredential = transport.deliversCredential
        self.requestField = transport.requestField
        var privacy = HTTPFields()
        privacy.keepPrivate(varyingBy: self.requestField)
        self.privacy = Array(privacy)
    }

    var kind: SessionTransportKind { self.transport.kind }

    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        self.transport.read(request, into: &reading)
    }

    /// Marks a response as private to one visitor.
    func keepPrivate(_ response: inout HTTPFields, forbiddingStorage forbidsStorage: Bool) {
        guard !response.contains(.vary), !response.contains(.cacheControl) else {
            return response.keepPrivate(varyingBy: self.requestField, forbiddingStorage: forbidsStorage)
        }
        response.removeSharedCacheRules()
        // One by one, which is specialized, unlike `append(contentsOf:)` ("memory: read").
        for field in self.privacy { response.append(field) }
    }
}
