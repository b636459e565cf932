//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// The request that an event comes from: its logger, and its client if events name clients.
struct EventOrigin {
    let logger: Logger
    let client: SessionClient?

    init(_ request: SessionRequest, _ logger: Logger, _ environment: EngineEnvironment) {
        self.logger = logger
        self.client =
            environment.configuration.namesClientsInEvents ? environment.configuration.client(of: request) : nil
    }
}
