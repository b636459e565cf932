//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

extension ByteBuffer {
    /// Writes a command as an array of bulk strings, which every server accepts.
    mutating func writeCommand(_ command: RedisCommand) {
        self.writeStaticString("*")
        self.writeDigits(command.arguments.count + 1)
        self.writeBulk(command.name)
        for argument in command.arguments {
            switch argument.content {
            case .text(let text): self.writeBulk(text)
            case .integer(let integer): self.writeBulk(String(integer))
            case .bytes(let bytes):
                self.writeStaticString("$")
                self.writeDigits(bytes.count)
                self.writeBytes(bytes)
                self.writeStaticString("\r\n")
            }
        }
    }

    private mutating func writeBulk(_ text: String) {
        self.writeStaticString("$")
        self.writeDigits(text.utf8.count)
        self.writeString(text)
        self.writeStaticString("\r\n")
    }

    private mutating func writeDigits(_ number: Int) {
        self.writeString(String(number))
        self.writeStaticString("\r\n")
    }
}
#endif
