//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Foundation
import Logging
import ShowcaseKit

/// The demo application of swift-sessions: a few pages, and the same operations as a JSON API.
@main
struct ShowcaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Showcase",
        abstract: "Serves the demo application of swift-sessions.",
        discussion: """
            Every option can also be given by an environment variable, --idle-timeout as SHOWCASE_IDLE_TIMEOUT and so \
            on; the option wins, and an empty variable is none. The variable of a flag is true or false. Durations are \
            written 500ms, 30s, 20m, 8h or 14d.
            """
    )

    @OptionGroup var options: ShowcaseOptions

    func run() async throws {
        let settings = try ShowcaseSettings(
            self.options,
            SettingReader(environment: ProcessInfo.processInfo.environment)
        )
        // Output for people and scripts goes to standard output, and logs go to standard error.
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        try await ShowcaseApplication(settings, logger: settings.logger).run()
    }
}
