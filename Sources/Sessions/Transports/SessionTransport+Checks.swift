//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
extension [any SessionTransport] {
    /// The problems of an engine with unsuitable transports.
    ///
    /// - Parameter isSelfContained: Whether the credential contains the session, and so changes with its values.
    func problems(isSelfContained: Bool) -> [String] {
        var problems: [String] = []
        if self.isEmpty {
            problems.append("There is no transport, and no session could travel: give one, or nil for the cookie.")
        }
        if Set(self.map(\.kind)).count < self.count {
            problems.append("Two transports have the same kind: give each its own.")
        }
        for transport in self where isSelfContained && !transport.deliversCredential {
            problems.append(
                """
                The transport "\(transport.kind)" hands nothing out, and the backend keeps sessions in what it hands out: \
                give it a field of the response, or use the backend .stored(in:).
                """
            )
        }
        return problems
    }
}
