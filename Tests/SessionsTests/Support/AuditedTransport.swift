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

/// Texts in cookies, each noted for the audit of the logs.
struct AuditedTransport: SessionTransport {
    private let cookies: CookieTransport

    init(_ configuration: SessionConfiguration) {
        self.cookies = CookieTransport(configuration)
    }

    var requestField: HTTPField.Name { self.cookies.requestField }

    func read(_ request: SessionRequest, into reading: inout SessionTokenReading) {
        self.cookies.read(request, into: &reading)
    }

    func set(_ text: String, _ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        self.cookies.set(text, instruction, in: &response)
        LogAudit.noteTokens(in: response)
    }

    func clear(_ instruction: SessionTokenInstruction, in response: inout HTTPFields) {
        self.cookies.clear(instruction, in: &response)
    }
}
