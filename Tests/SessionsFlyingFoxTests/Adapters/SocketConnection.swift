//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingSocks
import Foundation
import HTTPTypes
import SessionsTesting

/// A connection of HTTP/1.1 that gives header fields back as they came.
struct SocketConnection: Sendable {
    private struct MalformedResponse: Error {}

    private let socket: AsyncSocket
    /// What has arrived and was not read.
    private var buffer: [UInt8] = []

    init(_ socket: AsyncSocket) {
        self.socket = socket
    }

    func close() {
        try? self.socket.close()
    }

    func send(_ request: AdapterRequest) async throws {
        var head = "\(request.method.rawValue) \(request.path) HTTP/1.1\r\nHost: localhost\r\n"
        for field in request.headerFields { head += "\(field.name.rawName): \(field.value)\r\n" }
        try await self.socket.write(Data((head + "\r\n").utf8))
    }

    mutating func receive(responseTo request: AdapterRequest) async throws -> AdapterResponse {
        let status = try await self.line().split(separator: " ", maxSplits: 2)
        guard status.count > 1, let code = Int(status[1]) else { throw MalformedResponse() }
        var fields = HTTPFields()
        while case let line = try await self.line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let name = parts.first.flatMap({ HTTPField.Name(String($0)) }) else { throw MalformedResponse() }
            let value = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            fields.append(HTTPField(name: name, value: value))
        }
        var body: [UInt8] = []
        if request.method == .head {
            // No body follows, whatever the length is.
        } else if fields[.transferEncoding] == "chunked" {
            while case let size = try await self.chunkSize(), size > 0 {
                body += try await self.bytes(size)
                _ = try await self.line()
            }
            _ = try await self.line()
        } else {
            body = try await self.bytes(fields[.contentLength].flatMap { Int($0) } ?? 0)
        }
        return AdapterResponse(
            status: HTTPResponse.Status(code: code), headerFields: fields, body: String(decoding: body, as: UTF8.self))
    }

    private mutating func chunkSize() async throws -> Int {
        guard let size = Int(try await self.line(), radix: 16) else { throw MalformedResponse() }
        return size
    }

    private mutating func line() async throws -> String {
        while true {
            if let end = self.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: self.buffer[..<end], as: UTF8.self)
                self.buffer.removeSubrange(...end)
                return line.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            self.buffer += try await self.socket.read(atMost: 4_096)
        }
    }

    private mutating func bytes(_ count: Int) async throws -> [UInt8] {
        while self.buffer.count < count { self.buffer += try await self.socket.read(atMost: 4_096) }
        defer { self.buffer.removeFirst(count) }
        return Array(self.buffer.prefix(count))
    }
}
#endif
