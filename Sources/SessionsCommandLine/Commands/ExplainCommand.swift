//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import Sessions
import SessionsOperations

struct ExplainCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains a cookie from standard input: what it is, what it opens, and why it is rejected.",
        discussion: """
            The input is the value of the cookie, name=value, or a whole field Cookie. The code of servers decides, and \
            nothing is changed. Limits are those in the record: a server whose limits were tightened rejects earlier. \
            Nothing that opens a session is printed. The exit code is 1 for a cookie that is not accepted.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The keys of sealed sessions or signed tokens: a file, or env:NAME. (default: none)", valueName: "file"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "The name of the cookie. (default: the name in the input, or __Host-session)", valueName: "name"))
    var cookie: String?

    @Option(help: ArgumentHelp("The applicationName of the servers. (default: none)", valueName: "name"))
    var application = ""

    @Flag(help: "Do not ask a store, even if SESSIONS_STORE names one.")
    var withoutStore = false

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    private struct Result: Encodable {
        var cookies: [CookieReport]
    }

    func perform() async throws {
        let keyring = try self.keys.map { try KeysArgument.keyring($0) }
        let input = Terminal.readSecret("Paste the cookie. It does not appear:")
        let reports: [CookieReport]
        if !self.withoutStore, self.store.isNamed {
            reports = try await self.store.withStore { opened in
                try await self.explainer(opened, keyring).explain(input)
            }
        } else {
            reports = try await self.explainer(nil, keyring).explain(input)
        }
        try Terminal.print(
            self.output.json
                ? JSONText.line(Result(cookies: reports)) : reports.map(\.text).joined(separator: "\n"))
        guard reports.contains(where: { $0.isAccepted == true }) else { throw ExitCode(1) }
    }

    private func explainer(_ opened: OpenedSessionStore?, _ keyring: SecretKeyring?) -> CookieExplainer {
        CookieExplainer(
            store: opened?.store, keyring: keyring, cookieName: self.cookie, applicationName: self.application,
            logger: CommandLog.logger)
    }
}
#endif
