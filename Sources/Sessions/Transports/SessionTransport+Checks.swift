//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
extension [any SessionTransport] {
    /// What an engine says to transports that cannot do its work.
    ///
    /// - Parameter isInText: Whether what is kept is in the text, which then changes with whatever is kept.
    func problems(isInText: Bool) -> [String] {
        var problems: [String] = []
        if self.isEmpty {
            problems.append("There is no transport, and no session could travel: give one, or nil for the cookie.")
        }
        if Set(self.map(\.kind)).count < self.count {
            problems.append("Two transports are of one kind, and nobody could say which is meant: give each its own.")
        }
        for transport in self where isInText && !transport.deliversCredential {
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
