//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("The store of the article")
struct FolderSessionStoreTests {
    @Test("FolderSessionStore keeps the rule", arguments: StoreConformance.rules(for: FolderSessionStore.self))
    func conforms(_ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            try await rule.check(FolderSessionStore(folder: folder.url))
        }
    }
}
#endif
