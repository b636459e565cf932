//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import HTTPTypes
import LogAudit
import Sessions

/// A transport whose every text is noted for the audit of the logs.
struct AuditedTransport: SessionTransport {
    private let base: any SessionTransport

    init(_ base: any SessionTransport) {
        self.base = base
    }

    var kind: SessionTransportKind { self.base.kind }

    func bound(to configuration: SessionConfiguration) throws -> AuditedTransport {
        AuditedTransport(try self.base.bound(to: configuration))
    }

    var requestField: HTTPField.Name { self.base.requestField }
    var isAmbient: Bool { self.base.isAmbient }
    var deliversCredential: Bool { self.base.deliversCredential }

    func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        self.base.read(request, into: &reading)
    }

    func set(_ text: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        self.base.set(text, instruction, in: &response)
        LogAudit.noteToken(text)
    }

    func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        self.base.clear(instruction, in: &response)
    }

    func challenge(_ challenge: SessionChallenge) -> String? { self.base.challenge(challenge) }
}
