//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation

/// A test in the sources of the project.
struct DeclaredTest {
    let path: String
    let suite: String
    let function: String
    /// The sentence, or "" for a test without one.
    let title: String
    /// What `@Test` has in its parentheses.
    let attributes: String
    /// The sources from the title to the next test.
    let body: String

    /// How the documentation names it.
    var identifier: String { "\(self.suite).\(self.function)" }

    /// All tests of the project.
    static let all = Result {
        try Repository.files(below: "Tests", endingIn: ".swift").flatMap { path in
            try Self.tests(of: Repository.text(path), path)
        }
    }

    /// Finds the tests of a file.
    static func tests(of source: String, _ path: String) -> [DeclaredTest] {
        let landmark =
            #/(?m)^(?:(?:public|package|final) )*(?:struct|class|extension|enum|actor) (?<suite>\w+)|^ *@Test\b/#
        var suite = "", tests: [DeclaredTest] = []
        let landmarks = source.matches(of: landmark)
        for (index, match) in landmarks.enumerated() {
            if let name = match.output.suite {
                suite = String(name)
                continue
            }
            let end = index + 1 < landmarks.count ? landmarks[index + 1].range.lowerBound : source.endIndex
            let rest = source[match.range.upperBound..<end]
            let attributes = Self.parenthesized(rest)
            guard let function = rest[attributes.endIndex...].firstMatch(of: #/func (\w+)/#) else { continue }
            let title = attributes.firstMatch(of: #/^\s*"((?:[^"\\]|\\.)*)"/#)
            tests.append(
                DeclaredTest(
                    path: path, suite: suite, function: String(function.output.1),
                    title: title.map { String($0.output.1) } ?? "", attributes: String(attributes),
                    body: String(rest)))
        }
        return tests
    }

    /// What a text that begins with a parenthesis has up to the closing one. Empty for another text.
    private static func parenthesized(_ text: Substring) -> Substring {
        guard text.first == "(" else { return text.prefix(0) }
        var depth = 0, isInString = false, isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isInString {
                if !isEscaped, character == "\"" { isInString = false }
                isEscaped = !isEscaped && character == "\\"
                continue
            }
            switch character {
            case "\"": isInString = true
            case "(": depth += 1
            case ")":
                depth -= 1
                if depth == 0 { return text[text.index(after: text.startIndex)..<index] }
            default: break
            }
        }
        return text.prefix(0)
    }
}
