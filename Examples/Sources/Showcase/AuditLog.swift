//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import ServiceLifecycle
import Sessions
import ShowcaseKit

/// The options of the engine and the services, with the file of session events if there is one.
struct AuditLog {
    let configuration: SessionConfiguration
    let services: [any Service]

    /// - Throws: ``ShowcaseFailure`` for a file that cannot be written.
    init(_ settings: ShowcaseSettings, logger: Logger) throws {
        var configuration = settings.configuration
        guard let path = settings.auditLog else {
            self.configuration = configuration
            self.services = []
            return
        }
        let events = SessionEventStream()
        configuration.observers.append(events)
        configuration.namesClientsInEvents = true
        self.configuration = configuration
        do {
            self.services = [try SessionEventLog(events, appendingTo: path, logger: logger)]
        } catch {
            throw ShowcaseFailure(error)
        }
    }
}
