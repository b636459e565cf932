//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The values of a session: names and encoded values, in the order of the names' UTF-8 bytes.
///
/// They stay encoded as they were loaded. Reading one decodes only that one. Names are compared byte by byte: two that
/// differ only in Unicode normalization are two values.
public struct SessionValues: Sendable {
    /// The position of an entry in ``bytes``.
    private struct Entry {
        /// The whole entry, with the length of the name.
        var whole: Range<Int>
        var name: Range<Int>
        var value: Range<Int>
    }

    private let bytes: [UInt8]
    /// The entries, without their count.
    private let range: Range<Int>
    /// The number of values.
    public let count: Int

    /// No values.
    public init() {
        self.bytes = []
        self.range = 0..<0
        self.count = 0
    }

    /// Creates the values from a dictionary.
    ///
    /// A dictionary compares names as Swift strings, so it cannot have two that differ only in Unicode normalization.
    public init(_ values: [String: SessionValue]) {
        self.init(values.lazy.map { (name: $0.key, value: $0.value) })
    }

    /// Creates the values from pairs in any order. The last of several values of one name wins.
    public init(_ values: some Sequence<(name: String, value: SessionValue)>) {
        let values = Dictionary(values.map { (ByteString($0.name), $0.value) }) { $1 }
        var writer = ByteWriter()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            writer.write(counted: name.text)
            value.write(to: &writer)
        }
        self.init(bytes: writer.bytes, count: values.count)
    }

    /// Whether there are no values.
    public var isEmpty: Bool { self.count == 0 }

    /// The size of the encoded values and their names, which ``SessionConfiguration/maximumValuesSize`` limits.
    public var byteCount: Int { self.range.count }

    /// The names, in order.
    public var names: [String] {
        var names: [String] = []
        names.reserveCapacity(self.count)
        self.forEachEntry { names.append(String(decoding: self.bytes[$0.name], as: UTF8.self)) }
        return names
    }

    /// The value of a name, or nil if there is none. The time is linear in the number of values.
    public subscript(name: String) -> SessionValue? {
        guard let entry = self.entry(of: name) else { return nil }
        return self.value(in: entry)
    }

    /// The name of the largest value and its size in bytes, for an error message.
    var largest: (name: String, byteCount: Int)? {
        var largest: Entry?
        self.forEachEntry { entry in
            if entry.value.count > largest?.value.count ?? -1 { largest = entry }
        }
        return largest.map { (String(decoding: self.bytes[$0.name], as: UTF8.self), $0.value.count) }
    }

    /// The values after one change.
    func applying(_ change: SessionChange, of name: String) throws -> SessionValues {
        guard let old = self.entry(of: name) else {
            return try self.applying(CollectionOfOne((key: name, value: change)))
        }
        let new = try change.apply(to: self.value(in: old))
        let replaced = new == nil ? old.whole : old.value
        var writer = ByteWriter(capacity: self.range.count + 64)
        writer.write(self.bytes, in: self.range.lowerBound..<replaced.lowerBound)
        new?.write(to: &writer)
        writer.write(self.bytes, in: replaced.upperBound..<self.range.upperBound)
        return SessionValues(bytes: writer.bytes, count: new == nil ? self.count - 1 : self.count)
    }

    /// The values after changes, given in the order of their names. Unchanged entries are copied.
    func applying(_ changes: some Sequence<(key: String, value: SessionChange)>) throws -> SessionValues {
        var writer = ByteWriter(capacity: self.range.count + 64)
        var count = self.count
        var reader = ByteReader(self.bytes, in: self.range)
        var next = Self.readEntry(from: &reader)
        // All entries between two changes are copied at once.
        var copied = self.range.lowerBound
        for (var name, change) in changes {
            var order = 1
            name.withUTF8 { wanted in
                while let entry = next {
                    order = reader.order(of: entry.name, to: wanted)
                    guard order < 0 else { break }
                    next = Self.readEntry(from: &reader)
                }
            }
            let place = next?.whole.lowerBound ?? self.range.upperBound
            writer.write(self.bytes, in: copied..<place)
            copied = place
            var old: SessionValue?
            if let entry = next, order == 0 {
                old = self.value(in: entry)
                count -= 1
                copied = entry.whole.upperBound
                next = Self.readEntry(from: &reader)
            }
            guard let new = try change.apply(to: old, among: self) else { continue }
            writer.write(counted: name)
            new.write(to: &writer)
            count += 1
        }
        writer.write(self.bytes, in: copied..<self.range.upperBound)
        return SessionValues(bytes: writer.bytes, count: count)
    }

    private init(bytes: [UInt8], count: Int) {
        self.bytes = bytes
        self.range = 0..<bytes.count
        self.count = count
    }

    private func value(in entry: Entry) -> SessionValue? {
        var reader = ByteReader(self.bytes, in: entry.value)
        return SessionValue(from: &reader)
    }

    @inline(__always)  // "memory: counter"
    private func entry(of name: String) -> Entry? {
        var name = name
        return name.withUTF8 { wanted in
            var reader = ByteReader(self.bytes, in: self.range)
            while let entry = Self.readEntry(from: &reader) {
                // Most names differ in length, which is cheaper to compare than their order.
                if entry.name.count == wanted.count, reader.order(of: entry.name, to: wanted) == 0 { return entry }
            }
            return nil
        }
    }

    private func forEachEntry(_ body: (Entry) -> Void) {
        var reader = ByteReader(self.bytes, in: self.range)
        while let entry = Self.readEntry(from: &reader) { body(entry) }
    }

    @inline(__always)  // "memory: counter"
    private static func readEntry(from reader: inout ByteReader) -> Entry? {
        guard let entry = self.shortEntry(next: reader) else { return self.readLongEntry(from: &reader) }
        reader.skip(to: entry.whole.upperBound)
        return entry
    }

    /// An entry whose lengths take one byte each, as nearly all do; nil if it is not one.
    @inline(__always)  // "memory: counter"
    private static func shortEntry(next reader: ByteReader) -> Entry? {
        let (bytes, start, end) = (reader.bytes, reader.offset, reader.end)
        guard start < end, bytes[start] < 0x80 else { return nil }
        let valueStart = start + 1 + Int(bytes[start])
        guard valueStart + 1 < end, bytes[valueStart + 1] < 0x80 else { return nil }
        let entryEnd = valueStart + 2 + Int(bytes[valueStart + 1])
        guard entryEnd <= end else { return nil }
        return Entry(whole: start..<entryEnd, name: start + 1..<valueStart, value: valueStart..<entryEnd)
    }

    private static func readLongEntry(from reader: inout ByteReader) -> Entry? {
        let start = reader.offset
        guard let name = reader.readCounted() else { return nil }
        let valueStart = reader.offset
        guard reader.readByte() != nil, reader.readCounted() != nil else { return nil }
        return Entry(whole: start..<reader.offset, name: name, value: valueStart..<reader.offset)
    }
}

extension SessionValues: Sequence {
    /// Decodes the values of a session one by one, in the order of their names.
    public struct Iterator: IteratorProtocol {
        private let values: SessionValues
        private var reader: ByteReader

        fileprivate init(_ values: SessionValues) {
            self.values = values
            self.reader = ByteReader(values.bytes, in: values.range)
        }

        /// Returns the next name and value; nil at the end.
        public mutating func next() -> (name: String, value: SessionValue)? {
            while let entry = SessionValues.readEntry(from: &self.reader) {
                guard let value = self.values.value(in: entry) else { continue }
                return (String(decoding: self.values.bytes[entry.name], as: UTF8.self), value)
            }
            return nil
        }
    }

    public func makeIterator() -> Iterator { Iterator(self) }

    public var underestimatedCount: Int { self.count }
}

extension SessionValues: Equatable {
    public static func == (left: SessionValues, right: SessionValues) -> Bool {
        left.count == right.count && left.bytes[left.range].elementsEqual(right.bytes[right.range])
    }
}

extension SessionValues {
    /// Writes the count and the entries.
    func write(to writer: inout ByteWriter) {
        writer.write(varint: UInt64(self.count))
        writer.write(self.bytes, in: self.range)
    }

    /// Reads values to the end of the bytes, or returns nil if they are not complete, in order and decodable.
    ///
    /// - Parameter checks: The validation. For bytes from outside it must check at least the number of entries: even if
    ///   they are sealed or signed, a false number must not become the size of an allocation.
    init?(from reader: inout ByteReader, checks: Checks = .everything) {
        guard let count = reader.readVarint().flatMap(Int.init(exactly:)) else { return nil }
        let start = reader.offset
        switch checks {
        case .everything: guard Self.hasValidEntries(count, in: &reader) else { return nil }
        case .entries: guard Self.countEntries(in: &reader) == count else { return nil }
        case .nothing: reader.skip(to: reader.end)
        }
        self.bytes = reader.bytes
        self.range = start..<reader.offset
        self.count = count
    }

    /// The validation of encoded values.
    enum Checks {
        /// None: this process encoded the bytes, and they never left it.
        case nothing
        /// Only the number of entries: a later read of an entry stays in bounds.
        case entries
        /// Each entry and its value.
        case everything
    }

    /// The number of entries up to the end of the bytes, or nil if they are not complete.
    private static func countEntries(in reader: inout ByteReader) -> Int? {
        var count = 0
        while !reader.isAtEnd {
            guard self.readEntry(from: &reader) != nil else { return nil }
            count += 1
        }
        return count
    }

    private static func hasValidEntries(_ count: Int, in reader: inout ByteReader) -> Bool {
        var previous: Range<Int>?
        var found = 0
        while !reader.isAtEnd {
            guard let entry = self.readEntry(from: &reader) else { return false }
            // Strictly ascending names are unique names, checked in one pass.
            if let previous, !reader.precedes(previous, entry.name) { return false }
            guard reader.isText(in: entry.name) else { return false }
            var value = ByteReader(reader.bytes, in: entry.value)
            guard SessionValue.isWhole(in: &value) else { return false }
            previous = entry.name
            found += 1
        }
        return found == count
    }
}
