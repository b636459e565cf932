//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Testing

@Suite("Searching the documentation")
struct SearchTests {
    /// An entry of the landing page, which shows the title and the abstract of each article.
    private struct Entry {
        let name: String
        let text: String
    }

    private static let landingPage = Result {
        let paths = try Repository.files(below: "Sources", endingIn: ".md")
        return try Repository.text("Sources/Sessions/Documentation.docc/Sessions.md")
            .matches(of: #/(?m)^- <doc:(?:/\w+/)?([\w-]+)>$/#)
            .map { match in
                let name = String(match.output.1)
                let path = try #require(paths.first { $0.hasSuffix(".docc/\(name).md") }, "\(name) is no article")
                let paragraphs = try Repository.text(path).components(separatedBy: "\n\n").prefix(2)
                let text = paragraphs.joined(separator: " ").replacing("\n", with: " ")
                return Entry(name: name, text: text.lowercased())
            }
    }

    @Test("every article of every module is on the landing page")
    func isComplete() throws {
        let named = Set(try Self.landingPage.get().map(\.name))
        for path in try Repository.files(below: "Sources", endingIn: ".md") where path.contains(".docc/") {
            // The title of a module's own page is its symbol.
            guard try !Repository.text(path).hasPrefix("# ``") else { continue }
            let name = try #require(path.split(separator: "/").last).dropLast(3)
            #expect(named.contains(String(name)), "\(path) is not on the landing page")
        }
    }

    @Test(
        "words that a reader searches for are on the landing page, beside the article that answers",
        arguments: [
            ("log in", "Getting-started"),
            ("list the devices", "Sessions-of-a-user"),
            ("nginx", "Deploying"),
            ("testing", "Testing-your-application"),
            ("rotate keys", "Keys"),
            ("express-session", "Coming-from-Express"),
            ("vapor", "Coming-from-Vapors-sessions"),
            ("hummingbird-auth", "Coming-from-hummingbird-auth"),
            ("redis is down", "Operating"),
            ("cookie is not set", "Troubleshooting"),
        ])
    func finds(_ words: String, _ article: String) throws {
        let found = try Self.landingPage.get().filter { $0.text.contains(words) }.map(\.name)
        #expect(found.contains(article))
        #expect(found.count <= 4, "\"\(words)\" leads to too many articles: \(found)")
    }
}
