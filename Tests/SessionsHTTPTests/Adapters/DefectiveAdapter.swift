//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting

/// An adapter for a framework of a hundred lines, with one mistake in it, or none.
struct DefectiveAdapter: AdapterUnderTest {
    let defect: AdapterDefect?

    init(_ defect: AdapterDefect?) {
        self.defect = defect
    }

    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value {
        let defect = self.defect
        return try await SmallServer(routes, defect) { DefectiveMiddleware($0, defect) }.run(body)
    }
}
