//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The two states of a record with values encrypted at rest: in a store its values are sealed. While a request uses it
/// they are open, with the data key beside them. The second state is never stored.
extension StoredSessions {
    /// The record as a request uses it, or nil when its values do not open.
    ///
    /// Values that another server sealed under the same data key open with that key, even if the secret has been
    /// renewed in the meantime. Values are read whether they are sealed or open, and stored in this engine's way with
    /// the next write: encryption can be turned on and off without a logout.
    ///
    /// - Parameters:
    ///   - record: The record as stored.
    ///   - token: The token of the request.
    ///   - key: The data key as this request last saw it.
    func opened(_ record: SessionRecord, for token: SessionToken, knowing key: DataKey? = nil) -> SessionRecord? {
        guard self.isEncryptedAtRest || record.hasOptionalFields else { return record }
        return self.unsealed(record, for: token, knowing: key)
    }

    private func unsealed(_ record: SessionRecord, for token: SessionToken, knowing key: DataKey?) -> SessionRecord? {
        guard self.isEncryptedAtRest || !record.sealedValues.isEmpty else { return record }
        let newest = record.newestToken(for: token, now: self.environment.configuration.clock.now)
        var opened = record
        if record.sealedValues.isEmpty {
            guard let newest, let key = try? DataKey(for: newest, random: self.environment.configuration.random) else {
                return nil
            }
            opened.dataKey = key
            return opened
        }
        let sealed = record.sealedValues
        let unsealed =
            self.values(in: record, by: key?.rewrapped(as: sealed))
            ?? self.values(in: record, by: newest.flatMap { DataKey(in: sealed, for: $0) })
        guard let unsealed else { return nil }
        opened.values = unsealed.values
        opened.dataKey = self.isEncryptedAtRest ? unsealed.key : nil
        opened.sealedValues = []
        return opened
    }

    private func values(in record: SessionRecord, by key: DataKey?) -> (values: SessionValues, key: DataKey)? {
        guard let key, let bytes = key.open(record.sealedValues, of: record.id) else { return nil }
        var reader = ByteReader(bytes)
        return SessionValues(from: &reader).map { ($0, key) }
    }

    /// The record as the store keeps it.
    func sealed(_ record: SessionRecord) throws -> SessionRecord {
        guard let key = record.dataKey else { return record }
        var sealed = record
        var writer = ByteWriter()
        record.values.write(to: &writer)
        sealed.sealedValues = try key.seal(writer.bytes, of: record.id, random: self.environment.configuration.random)
        sealed.values = SessionValues()
        sealed.dataKey = nil
        return sealed
    }
}
