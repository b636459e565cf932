//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsExpress
import TestSupport

/// A record store that forwards every call to a store in memory. A test store implements only the call that it is
/// about, or `base`.
protocol ForwardingRecordStore: ExpressRecordStore {
    var base: ExpressMemoryStore { get throws }
}

extension ForwardingRecordStore {
    func load(_ key: String, now: SessionInstant) async throws -> ExpressLoadResult {
        try await self.base.load(key, now: now)
    }

    func create(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool {
        try await self.base.create(key, text, life, now: now)
    }

    func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressExpiry,
        now: SessionInstant
    ) async throws -> ExpressReplaceResult {
        try await self.base.replace(key, expected, with: text, life, now: now)
    }

    func touch(_ key: String, _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool {
        try await self.base.touch(key, life, now: now)
    }

    func end(_ key: String, tombstoneUntil: SessionInstant, removedUntil: SessionInstant, now: SessionInstant)
        async throws -> Bool
    {
        try await self.base.end(key, tombstoneUntil: tombstoneUntil, removedUntil: removedUntil, now: now)
    }

    func keys(prefix: String, from cursor: SessionCursor?, now: SessionInstant) async throws -> ExpressPage<String> {
        try await self.base.keys(prefix: prefix, from: cursor, now: now)
    }
}
