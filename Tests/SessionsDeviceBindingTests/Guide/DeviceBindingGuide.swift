//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import LogAudit
import Sessions
import SessionsDeviceBinding
import SessionsTesting
import Testing

/// The code of the article *Device-bound sessions*.
@Suite("The article Device-bound sessions")
struct DeviceBindingGuide {
    @Test("its configurations are accepted, and bind")
    func configurations() async throws {
        for configuration in [makeConfiguration(), makeStrictConfiguration(), makeWaryConfiguration()] {
            let engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
            let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0.0.0 Safari/537.36"
            let request = SessionRequest(headerFields: [.userAgent: agent], isSecure: true)
            let session = try await engine.open(request, logger: LogAudit.logger())
            try await session.logIn("ada")
            var fields: HTTPFields = [:]
            try await engine.close(session, response: &fields)
            #expect(fields[.secureSessionRegistration] != nil)
        }
    }
}

/// Sessions that are bound if their browsers can.
func makeConfiguration() -> SessionConfiguration {
    var configuration = SessionConfiguration()
    configuration.deviceBinding = .offered()
    return configuration
}

/// Sensitive routes need a bound session from browsers that can bind.
func makeStrictConfiguration() -> SessionConfiguration {
    var configuration = SessionConfiguration()
    configuration.deviceBinding = .required { request in
        request.headerFields[.userAgent]?.contains("Windows NT") == true
            && request.headerFields[.userAgent]?.contains("Chrome/") == true
    }
    return configuration
}

/// Sessions that end when a copy of their cookie is used after its lifetime.
func makeWaryConfiguration() -> SessionConfiguration {
    var configuration = SessionConfiguration()
    configuration.deviceBinding = .offered()
    configuration.onUnboundUse = .endSession
    return configuration
}
#endif
