//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
package import HTTPTypes
import LogAudit
package import Sessions

/// A transport that records every credential it delivers, for the audit of the logs.
package struct AuditedTransport: SessionTransport {
    private let base: any SessionTransport

    package init(_ base: any SessionTransport) {
        self.base = base
    }

    package var kind: SessionTransportKind { self.base.kind }

    package func bound(to configuration: SessionConfiguration) throws -> AuditedTransport {
        AuditedTransport(try self.base.bound(to: configuration))
    }

    package var requestField: HTTPField.Name { self.base.requestField }
    package var isAmbient: Bool { self.base.isAmbient }
    package var deliversCredential: Bool { self.base.deliversCredential }

    package func read(_ request: SessionRequest, into reading: inout ExtractedCredentials) {
        self.base.read(request, into: &reading)
    }

    package func set(_ text: String, _ instruction: CredentialDelivery, in response: inout HTTPFields) {
        self.base.set(text, instruction, in: &response)
        LogAudit.noteToken(text)
    }

    package func clear(_ instruction: CredentialDelivery, in response: inout HTTPFields) {
        self.base.clear(instruction, in: &response)
    }

    package func challenge(_ challenge: SessionChallenge) -> String? { self.base.challenge(challenge) }
}
