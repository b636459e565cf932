//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting

extension SessionStore {
    /// Waits until the store reads and writes: a client of the application tries to connect when it likes.
    func serves() async throws {
        // With other ids than those of a test.
        let samples = SampleRecords(seed: 2)
        for _ in 0..<3 {
            let record = samples.record()
            while true {
                do {
                    try await self.create(record, now: samples.now)
                    break
                } catch let error as SessionStoreError {
                    // The attempt before it may have succeeded.
                    if error.code == .duplicate { break }
                    await Task.yield()
                }
            }
            while (try? await self.end(record.id, tombstoneUntil: samples.now, now: samples.now)) == nil {
                await Task.yield()
            }
        }
    }
}
#endif
