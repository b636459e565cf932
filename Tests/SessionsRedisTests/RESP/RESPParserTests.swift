//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import Testing

@testable import SessionsRedis

@Suite("The reader of replies")
struct RESPParserTests {
    /// Replies as they are written, and what they are.
    static let replies: [(String, RedisReply)] = [
        ("+OK\r\n", .simpleString("OK")),
        ("+\r\n", .simpleString("")),
        ("-NOSCRIPT No matching script.\r\n", .error(RedisError(reply: "NOSCRIPT No matching script."))),
        (":0\r\n", .integer(0)),
        (":-9223372036854775808\r\n", .integer(.min)),
        (":+9223372036854775807\r\n", .integer(.max)),
        ("$5\r\nhello\r\n", .bulkString(Array("hello".utf8))),
        ("$2\r\n\r\n\r\n", .bulkString([13, 10])),
        ("$0\r\n\r\n", .bulkString([])),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("_\r\n", .null),
        ("*0\r\n", .array([])),
        ("*3\r\n:1\r\n$-1\r\n*1\r\n+a\r\n", .array([.integer(1), .null, .array([.simpleString("a")])])),
        ("*2\r\n*0\r\n*0\r\n", .array([.array([]), .array([])])),
        ("#t\r\n", .boolean(true)),
        ("#f\r\n", .boolean(false)),
        (",1.5\r\n", .double(1.5)),
        (",-1e3\r\n", .double(-1000)),
        (",10\r\n", .double(10)),
        (",inf\r\n", .double(.infinity)),
        (",-inf\r\n", .double(-.infinity)),
        (
            "(-3492890328409238509324850943850943825024385\r\n",
            .bigNumber("-3492890328409238509324850943850943825024385")
        ),
        ("!9\r\nBUSY wait\r\n", .error(RedisError(reply: "BUSY wait"))),
        ("=8\r\ntxt:some\r\n", .verbatimString(format: "txt", Array("some".utf8))),
        ("%2\r\n+a\r\n:1\r\n+b\r\n_\r\n", .map([.simpleString("a"), .integer(1), .simpleString("b"), .null])),
        ("~2\r\n:1\r\n:2\r\n", .set([.integer(1), .integer(2)])),
        (">2\r\n+invalidate\r\n*0\r\n", .push([.simpleString("invalidate"), .array([])])),
        ("|1\r\n+ttl\r\n:5\r\n$1\r\na\r\n", .bulkString([97])),
        ("*2\r\n|1\r\n+ttl\r\n*1\r\n:5\r\n:1\r\n|0\r\n:2\r\n", .array([.integer(1), .integer(2)])),
    ]

    @Test("every type of both versions of the protocol is read", arguments: Self.replies)
    func types(_ text: String, _ reply: RedisReply) throws {
        var parser = RESPParser()
        var buffer = ByteBuffer(string: text)
        let read = try parser.next(in: &buffer)
        #expect(read == reply)
        #expect(buffer.readableBytes == 0)
        #expect(try parser.next(in: &buffer) == nil)
    }

    @Test("a reply that comes byte for byte is the same reply")
    func bytewise() throws {
        var parser = RESPParser()
        var buffer = ByteBuffer()
        for (text, reply) in Self.replies {
            for byte in text.utf8.dropLast() {
                buffer.writeInteger(byte)
                let early = try parser.next(in: &buffer)
                #expect(early == nil, "\(text.debugDescription) is not whole")
            }
            buffer.writeInteger(UInt8(ascii: "\n"))
            let read = try parser.next(in: &buffer)
            #expect(read == reply)
        }
    }

    @Test("a number that is no number is one")
    func notANumber() throws {
        var parser = RESPParser()
        var buffer = ByteBuffer(string: ",nan\r\n")
        guard case .double(let double) = try parser.next(in: &buffer) else {
            Issue.record("It is a double.")
            return
        }
        #expect(double.isNaN)
    }

    @Test(
        "what is not the protocol is refused, as soon as that is known",
        arguments: [
            "HTTP/1.1 400 Bad Request", "\0", "\r\n", "+a\n", "+a\rb", ":\r\n", ":-\r\n", ":1a\r\n", ":1.0\r\n",
            ":9223372036854775808\r\n", ":-9223372036854775809\r\n", ": 1\r\n", "$\r\n", "$-2\r\n", "$+1\r\n",
            "$1x\r\n",
            "$1\r\nab\r\n", "$1\r\na\n\r", "*-2\r\n", "*1\r\n*1\r\nx", "~-1\r\n", "%-1\r\n", "_x\r\n", "#x\r\n",
            "#\r\n",
            "#tt\r\n", ",\r\n", ",0x10\r\n", ",1.5.5\r\n", ",infinity\r\n", ",1 \r\n", "(\r\n", "(+\r\n", "(1x\r\n",
            "=3\r\ntxt\r\n", "=4\r\ntxtx\r\n", "!-1\r\n", "*1\r\n>0\r\n", "$?\r\n", "*?\r\n", ">-1\r\n", "|-1\r\n",
        ]
    )
    func violations(_ text: String) {
        var parser = RESPParser()
        var buffer = ByteBuffer(string: text)
        #expect(throws: RESPViolation.self) { try parser.next(in: &buffer) }
    }

    @Test(
        "a claim that no server makes, replies too deep in replies and endless lines are refused",
        arguments: [
            "$4294967297\r\n", "$9223372036854775807\r\n", "$99999999999999999999999\r\n",
            "*9223372036854775807\r\n", "%4611686018427387904\r\n",
            String(repeating: "*1\r\n", count: 17), "+" + String(repeating: "a", count: 65_536),
        ]
    )
    func limits(_ text: String) {
        var parser = RESPParser()
        var buffer = ByteBuffer(string: text)
        #expect(throws: RESPViolation.self) { try parser.next(in: &buffer) }
    }

    /// Replies above 1,000 bytes or 10 values.
    private static let oversized = [
        "$1001\r\n\(String(repeating: "a", count: 1001))\r\n",
        "*2\r\n+a\r\n=1001\r\n\(String(repeating: "a", count: 1001))\r\n",
        "*11\r\n" + String(repeating: ":1\r\n", count: 11),
        "%6\r\n" + String(repeating: "+a\r\n", count: 12),
        "*2\r\n*9\r\n" + String(repeating: "*0\r\n", count: 9) + "*1\r\n$2\r\nab\r\n",
        "*3\r\n" + String(repeating: "$400\r\n\(String(repeating: "a", count: 400))\r\n", count: 3),
        "|1\r\n+a\r\n$2000\r\n\(String(repeating: "a", count: 2000))\r\n:1\r\n",
    ]

    @Test("a reply above a limit is an error in its place, and the next one is read", arguments: Self.oversized)
    func skipped(_ text: String) throws {
        for pieceLength in [1, 7, 100_000] {
            var parser = RESPParser(limits: RESPLimits(byteCount: 1000, valueCount: 10))
            var buffer = ByteBuffer()
            var replies: [RedisReply] = []
            var rest = Array("+before\r\n\(text)$5\r\nafter\r\n".utf8)[...]
            while !rest.isEmpty {
                buffer.discardReadBytes()
                buffer.writeBytes(rest.prefix(pieceLength))
                rest = rest.dropFirst(pieceLength)
                while let reply = try parser.next(in: &buffer) { replies.append(reply) }
                #expect(pieceLength > 7 || buffer.readableBytes < 1100, "nothing of it is kept")
            }
            #expect(replies.count == 3 && replies.first == .simpleString("before"))
            #expect(replies.last == .bulkString(Array("after".utf8)))
            guard case .error(let error) = replies[1] else {
                Issue.record("It is \(replies[1]).")
                return
            }
            #expect(error.code == .replyTooLarge && error.mayHaveRun)
        }
    }

    @Test(
        "what does not end where it says is refused in a reply that is skipped as in any other",
        arguments: ["$1001\r\n\(String(repeating: "a", count: 1003))", ">11\r\n", "*11\r\n$x\r\n"])
    func skippedViolations(_ text: String) {
        var parser = RESPParser(limits: RESPLimits(byteCount: 1000, valueCount: 10))
        var buffer = ByteBuffer(string: text)
        #expect(throws: RESPViolation.self) { try parser.next(in: &buffer) }
    }

    @Test("attributes without an end are refused")
    func endlessAttributes() throws {
        var parser = RESPParser(limits: RESPLimits(byteCount: 1000))
        var buffer = ByteBuffer(string: String(repeating: "|0\r\n", count: 250))
        #expect(try parser.next(in: &buffer) == nil)
        buffer.writeString("|0\r\n")
        #expect(throws: RESPViolation.self) { try parser.next(in: &buffer) }
    }

    @Test("a reply of the largest size is read, and the next one has as much room")
    func largest() throws {
        var parser = RESPParser(limits: RESPLimits(byteCount: 1000, valueCount: 3))
        for _ in 0..<3 {
            var buffer = ByteBuffer(string: "*2\r\n$985\r\n\(String(repeating: "a", count: 985))\r\n+\r\n")
            #expect(buffer.readableBytes == 1000)
            let reply = try parser.next(in: &buffer)
            #expect(reply?.elements?.count == 2)
        }
    }

    @Test("a command is written as an array of its name and its arguments")
    func commands() {
        var buffer = ByteBuffer()
        buffer.writeCommand(RedisCommand("SET", "é", RedisArgument([0, 13, 10]), RedisArgument(-5), key: "é"))
        #expect(String(buffer: buffer) == "*4\r\n$3\r\nSET\r\n$2\r\né\r\n$3\r\n\0\r\n\r\n$2\r\n-5\r\n")
    }
}
#endif
