//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import Foundation
import SessionsOperations

struct DoctorCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines a store, key files and a site, and says what to repair.",
        discussion: """
            It changes nothing. Each finding has a severity (ok, notice, warning, error), what was measured, what it means \
            and a fix. The exit code is 1 if there is an error; with --strict, if there is a warning. What the login may \
            not ask, such as CONFIG, is left out.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The store. (default: the environment variable SESSIONS_STORE)", valueName: "store"))
    var location: String?

    @Option(help: ArgumentHelp("The address of a page that begins a session: one request is sent.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp("The name of the cookie at --url. (default: every name with \"session\")", valueName: "name")
    )
    var cookie: String?

    @Option(
        help: ArgumentHelp(
            "Who signed the certificate of --url: a PEM file. (default: whom the system trusts)", valueName: "file"))
    var urlAuthority: String?

    @Option(help: ArgumentHelp("A file of secret keys. It can be given several times.", valueName: "file"))
    var keys: [String] = []

    @Flag(help: "Warnings count as errors for the exit code.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "A file with the password of the store. (default: the variable SESSIONS_STORE_PASSWORD, or none)",
            valueName: "file"))
    var passwordFile: String?

    @OptionGroup var output: OutputArguments
    @OptionGroup var details: StoreDetails

    private struct Result: Encodable {
        var findings: [Finding]
        var worst: Finding.Severity
    }

    func perform() async throws {
        let doctor = Doctor(self.details.options(createsMissing: false), logger: CommandLog.logger)
        let environment = ProcessInfo.processInfo.environment
        var findings: [Finding] = []
        let isNamed = self.location != nil || environment[StoreReference.variable].map { !$0.isEmpty } ?? false
        if isNamed || (self.url == nil && self.keys.isEmpty) {
            let reference = StoreReference(argument: self.location, passwordFile: self.passwordFile)
            findings += try await doctor.examine(reference.location(in: environment))
        }
        for path in self.keys { findings += doctor.examine(keyFile: path) }
        if let url = self.url {
            findings += try await doctor.examine(
                site: url, cookie: self.cookie, authority: self.urlAuthority)
        }

        let worst = findings.map(\.severity).max() ?? .ok
        if self.output.json {
            try Terminal.print(JSONText.line(Result(findings: findings, worst: worst)))
        } else {
            var place: String?
            for finding in findings {
                if finding.place != place { try Terminal.print("# \(finding.place)") }
                place = finding.place
                try Terminal.print(finding.text)
            }
            let counts = Finding.Severity.allCases.reversed().map { severity in
                "\(findings.count { $0.severity == severity }) \(severity.rawValue)"
            }
            try Terminal.print(counts.joined(separator: ", "))
        }
        if worst >= (self.strict ? .warning : .error) { throw ExitCode(1) }
    }
}
#endif
