//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Fuzzing
import NIOCore
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("Fuzzing of replies")
struct RESPFuzzTests {
    @Test("replies are read as a plain reading of the protocol reads them, whatever the bytes and however they come")
    func replies() {
        let texts = RESPParserTests.replies.map(\.0)
        let fuzzer = Fuzzer(
            corpus: texts.map { Array($0.utf8) } + [Array(texts.joined().utf8), []],
            interesting: "+-:$*_#,(!=%~>|\r\n0123456789tfinae."
        )
        let limits = RESPLimits(byteCount: 200, valueCount: 20, depth: 3, lineLength: 60)
        let random = DeterministicRandom(seed: Fuzzer.seed)
        fuzzer.run("the reader of replies") { bytes in
            var reader = PlainReader(bytes, limits: limits)
            let expected = reader.readAll()
            for pieceLength in [bytes.count, 1, Int(random.next() % 8) + 1] {
                let found = Self.read(bytes, inPiecesOf: max(1, pieceLength), limits: limits)
                #expect(found.isViolated == expected.isViolated, "\(bytes)")
                #expect(found.replies == expected.replies, "\(bytes)")
            }
        }
    }

    @Test("the URL of a server is read or refused, and its password is in no description, whatever the bytes")
    func urls() {
        let fuzzer = Fuzzer(
            corpus: [
                "redis://ada:sesame@db.example.com:6380/3", "rediss://:sesame%40%25@[::1]:7000/", "redis://localhost",
                "unix://ada:sesame@/run/redis.sock?db=2",
            ].map { Array($0.utf8) },
            interesting: ":/@?#%[].=0123456789db"
        )
        fuzzer.run("the URL of a server") { bytes in
            let url = String(decoding: bytes, as: UTF8.self)
            do throws(RedisError) {
                let configuration = try RedisConfiguration(url: url)
                #expect(configuration.database >= 0)
                var open = configuration
                open.password = nil
                #expect("\(open)" == "\(configuration)")
            } catch {
                #expect(error.code == .configuration && !error.message.contains("sesame"))
            }
        }
    }

    private static func read(
        _ bytes: [UInt8],
        inPiecesOf length: Int,
        limits: RESPLimits
    ) -> (replies: [String], isViolated: Bool) {
        var parser = RESPParser(limits: limits)
        var buffer = ByteBuffer()
        var replies: [String] = []
        for start in stride(from: 0, to: bytes.count, by: length) {
            buffer.discardReadBytes()
            buffer.writeBytes(bytes[start..<min(start + length, bytes.count)])
            do {
                while let reply = try parser.next(in: &buffer) { replies.append(PlainReader.spell(reply)) }
            } catch {
                return (replies, true)
            }
        }
        return (replies, false)
    }
}
#endif
