//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation

/// Node, for asking the real thing. Scripts/install express brings it, with cookie-signature.
enum Node {
    static let modules = "/usr/share/nodejs"

    static var isPresent: Bool {
        self.program != nil && FileManager.default.fileExists(atPath: "\(self.modules)/cookie-signature")
    }

    private static var program: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/node" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a function of JavaScript, `input => output`, on a value.
    static func run<Output: Decodable>(_ function: String, on input: some Encodable) throws -> Output {
        let folder = FileManager.default.temporaryDirectory.appending(path: "node-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "question"), folder.appending(path: "answer"))
        try JSONEncoder().encode(input).write(to: question)
        let process = Process()
        process.executableURL = URL(filePath: self.program ?? "node")
        process.environment = ["NODE_PATH": self.modules]
        process.arguments = [
            "-e",
            """
            const fs = require("fs");
            const answer = (\(function))(JSON.parse(fs.readFileSync(process.argv[1], "utf8")));
            fs.writeFileSync(process.argv[2], JSON.stringify(answer));
            """,
            question.path(), answer.path(),
        ]
        try process.run()
        process.waitUntilExit()
        return try JSONDecoder().decode(Output.self, from: Data(contentsOf: answer))
    }
}
