//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// Parses the replies of a server, RESP2 and RESP3, as their bytes arrive.
///
/// Each byte is read once, or a few times if a line or a string is incomplete. No memory is reserved for a length that
/// is only declared: an array grows with the values that have arrived. After a violation, the parser and the connection
/// are unusable.
///
/// A reply above a limit is skipped as its bytes arrive, and an error takes its place. The replies after it are parsed
/// as usual.
///
/// https://redis.io/docs/latest/develop/reference/protocol-spec/. Attributes are parsed and left out. The streamed
/// strings and aggregates of the draft, which no server sends, are violations.
struct RESPParser {
    private let limits: RESPLimits
    /// The incomplete aggregates, the innermost last.
    private var open: [RESPAggregate] = []
    /// The number of bytes of the current reply so far.
    private var byteCount = 0
    private var valueCount = 0
    /// How many bytes at the start are known to contain no end of a line.
    private var scanned = 0
    /// Whether the current reply is above a limit and is being skipped.
    private var isOversized = false
    /// How many bytes of a string are still to be skipped before its line end. Nil outside such a string.
    private var skippedBytes: Int?

    init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Parses one reply.
    ///
    /// - Returns: Nil when more bytes are needed. The parsed part is removed from the buffer and kept here.
    mutating func next(in buffer: inout ByteBuffer) throws(RESPViolation) -> RedisReply? {
        while let part = try self.part(in: &buffer) {
            switch part {
            case .value(let reply):
                if let whole = self.add(reply) { return whole }
            case .aggregate(let aggregate) where aggregate.missing > 0:
                self.open.append(aggregate)
            case .aggregate(let aggregate):
                if let reply = aggregate.reply, let whole = self.add(reply) { return whole }
            }
        }
        return nil
    }

    private enum Part {
        case value(RedisReply)
        case aggregate(RESPAggregate)
    }

    /// Adds a value to the innermost aggregate.
    ///
    /// - Returns: The whole reply, if this was its last value.
    private mutating func add(_ value: RedisReply) -> RedisReply? {
        var value = value
        while let innermost = self.open.indices.last {
            self.open[innermost].add(value)
            guard self.open[innermost].missing == 0 else { return nil }
            // The value to which an attribute belongs comes after it.
            guard let reply = self.open.removeLast().reply else { return nil }
            value = reply
        }
        self.byteCount = 0
        self.valueCount = 0
        guard self.isOversized else { return value }
        self.isOversized = false
        return .error(.replyTooLarge(self.limits))
    }

    /// Parses one value, or the start of an aggregate.
    private mutating func part(in buffer: inout ByteBuffer) throws(RESPViolation) -> Part? {
        if self.skippedBytes != nil { return try self.skipString(in: &buffer) }
        let bytes = buffer.readableBytesView
        guard let first = bytes.first else { return nil }
        guard let type = RESPType(rawValue: first) else {
            throw RESPViolation("a reply begins with the byte \(first), which is no type")
        }
        guard let end = try self.endOfLine(in: bytes) else { return nil }
        let line = bytes[bytes.startIndex + 1..<end]
        var next = end + 2
        try self.note(next - bytes.startIndex, as: type)
        let part: Part
        switch type {
        case .bulkString, .blobError, .verbatimString:
            guard let length = try self.length(of: type, line) else {
                part = .value(.null)
                break
            }
            try self.note(next - bytes.startIndex + length + 2, as: type)
            if self.isOversized {
                self.scanned = 0
                self.skippedBytes = length
                buffer.moveReaderIndex(to: next)
                return try self.skipString(in: &buffer)
            }
            guard bytes.endIndex - next >= length + 2 else { return nil }
            let body = bytes[next..<next + length]
            next += length + 2
            guard bytes[next - 2] == RESPType.cr, bytes[next - 1] == RESPType.lf else {
                throw RESPViolation("a string of \(length) bytes does not end where it says")
            }
            part = .value(try RESPScalar.string(body, as: type))
        case .array, .set, .map, .push, .attribute:
            guard let count = try self.length(of: type, line) else {
                part = .value(.null)
                break
            }
            part = .aggregate(try self.aggregate(type, count: count))
        default:
            part = .value(try RESPScalar.line(line, as: type))
        }
        self.valueCount += 1
        self.byteCount += next - bytes.startIndex
        self.scanned = 0
        buffer.moveReaderIndex(to: next)
        return part
    }

    /// The end of the line at the start of the bytes. Nil if it has not arrived.
    private mutating func endOfLine(in bytes: ByteBufferView) throws(RESPViolation) -> ByteBufferView.Index? {
        let start = bytes.startIndex + max(1, self.scanned)
        var end = start
        while end < bytes.endIndex, bytes[end] != RESPType.cr, bytes[end] != RESPType.lf { end += 1 }
        guard end - bytes.startIndex <= self.limits.lineLength else {
            throw RESPViolation("a line is longer than \(self.limits.lineLength) bytes")
        }
        guard end + 1 < bytes.endIndex else {
            guard end == bytes.endIndex || bytes[end] == RESPType.cr else {
                throw RESPViolation("a line ends without a carriage return")
            }
            self.scanned = end - bytes.startIndex
            return nil
        }
        guard bytes[end] == RESPType.cr, bytes[end + 1] == RESPType.lf else {
            throw RESPViolation("a line ends with something else than a carriage return and a line feed")
        }
        return end
    }

    /// The length that a line declares. Nil for RESP2's null.
    private func length(of type: RESPType, _ line: ByteBufferView) throws(RESPViolation) -> Int? {
        if line.elementsEqual("-1".utf8), type == .bulkString || type == .array { return nil }
        var length = 0
        for byte in line {
            guard let digit = RESPScalar.digit(byte) else { throw RESPViolation("a length is not a number") }
            length = length * 10 + digit
            guard length <= self.limits.length else {
                throw RESPViolation("a length is above \(self.limits.length), which no server sends")
            }
        }
        guard !line.isEmpty else { throw RESPViolation("a length is not a number") }
        return length
    }

    private mutating func aggregate(_ type: RESPType, count: Int) throws(RESPViolation) -> RESPAggregate {
        guard self.open.count < self.limits.depth else {
            throw RESPViolation("replies are nested more than \(self.limits.depth) deep")
        }
        guard type != .push || self.open.isEmpty else { throw RESPViolation("a push is inside a reply") }
        let isPaired = type == .map || type == .attribute
        let missing = isPaired ? count * 2 : count
        if missing > self.limits.valueCount - self.valueCount { try self.skipReply(at: type) }
        return RESPAggregate(type: type, missing: missing, keepsValues: !self.isOversized)
    }

    /// Counts bytes and one value, and skips the rest of the reply if it is above a limit.
    private mutating func note(_ byteCount: Int, as type: RESPType) throws(RESPViolation) {
        guard
            self.byteCount + byteCount > self.limits.byteCount || self.valueCount >= self.limits.valueCount
        else { return }
        try self.skipReply(at: type)
    }

    private mutating func skipReply(at type: RESPType) throws(RESPViolation) {
        guard !self.isOversized else { return }
        guard type != .attribute else { throw RESPViolation("attributes are larger than a reply may be") }
        guard type != .push, self.open.first?.type != .push else {
            throw RESPViolation("a push is larger than a reply may be")
        }
        self.isOversized = true
        for index in self.open.indices { self.open[index].dropValues() }
    }

    /// Skips the available part of a string, and its end.
    private mutating func skipString(in buffer: inout ByteBuffer) throws(RESPViolation) -> Part? {
        let count = min(self.skippedBytes ?? 0, buffer.readableBytes)
        buffer.moveReaderIndex(forwardBy: count)
        let left = (self.skippedBytes ?? 0) - count
        self.skippedBytes = left
        guard left == 0, buffer.readableBytes >= 2 else { return nil }
        guard buffer.readInteger() == RESPType.cr, buffer.readInteger() == RESPType.lf else {
            throw RESPViolation("a string that was skipped does not end where it says")
        }
        self.skippedBytes = nil
        return .value(.null)
    }
}

extension RedisError {
    fileprivate static func replyTooLarge(_ limits: RESPLimits) -> RedisError {
        RedisError(
            .replyTooLarge,
            """
            A reply is larger than \(limits.byteCount) bytes, which is the maximumReplySize, or has more than \
            \(limits.valueCount) values. It was skipped.
            """,
            mayHaveRun: true)
    }
}
#endif
