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
import Logging
import SessionsOperations

/// A command whose errors are lines on standard error, with their exit codes.
protocol OperationCommand: AsyncParsableCommand {
    func perform() async throws
}

extension OperationCommand {
    func run() async throws {
        do {
            try await self.perform()
        } catch let code as ExitCode {
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            let error = OperationError(error)
            Terminal.complain(error)
            throw ExitCode(error.code.exitCode)
        }
    }
}

/// The logger of stores: warnings on standard error.
enum CommandLog {
    static let logger: Logger = {
        var logger = Logger(label: "sessions") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }()
}

/// Standard output and standard error.
enum Terminal {
    /// Whether someone can answer a question.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    static func print(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        } catch {
            // A reader such as head has enough. SwiftNIO ignores the signal that would end a program here.
            guard errno != EPIPE else { throw ExitCode(128 + SIGPIPE) }
            throw OperationError(.cannotCreate, "Standard output cannot be written.")
        }
    }

    /// Writes a line for people, which is no result.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static func complain(_ error: OperationError) { self.note("sessions: \(error)") }

    /// Asks a question that `yes` answers.
    static func confirms(_ question: String) -> Bool {
        try? FileHandle.standardError.write(contentsOf: Data("\(question) Type yes: ".utf8))
        return readLine() == "yes"
    }

    /// Reads standard input. On a terminal, what is typed does not appear.
    static func readSecret(_ prompt: String) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            let data = (try? FileHandle.standardInput.read(upToCount: 65_536)) ?? Data()
            return String(decoding: data, as: UTF8.self)
        }
        self.note(prompt)
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
        return readLine() ?? ""
    }
}
#endif
