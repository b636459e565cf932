//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
package import Logging
package import NIOSSL
package import Sessions

/// The settings of the Showcase, with defaults for missing options.
package struct ShowcaseSettings {
    package let host: String
    package let port: Int
    /// The TLS configuration of the server. Nil for plain HTTP.
    package let tls: TLSConfiguration?
    package let backend: BackendSettings
    package let configuration: SessionConfiguration
    /// Whether browsers are offered to bind their sessions.
    package let bindsDevices: Bool
    package let logLevel: Logger.Level
    /// The file of session events. Nil for none.
    package let auditLog: String?
    /// Whether there are metrics at /metrics.
    package let servesMetrics: Bool

    /// - Throws: `ValidationError` for invalid options.
    package init(_ options: ShowcaseOptions, _ reader: SettingReader) throws {
        self.host = try reader.value(options.host, orVariable: "SHOWCASE_HOST") { $0 } ?? "127.0.0.1"
        self.port = try reader.value(options.port, orVariable: "SHOWCASE_PORT", PortArgument.parse) ?? 8080
        self.tls = try TLSArgument.read(options, reader)
        self.backend = try BackendSettings(options, reader)
        self.logLevel =
            try reader.value(options.logLevel, orVariable: "SHOWCASE_LOG_LEVEL", ChoiceArgument.logLevel.parse)
            ?? .notice
        self.configuration = try Self.configuration(options, reader)
        self.auditLog = try reader.value(options.auditLog, orVariable: "SHOWCASE_AUDIT_LOG") { $0 }
        self.servesMetrics =
            try reader.value(options.metrics, orVariable: "SHOWCASE_METRICS", ChoiceArgument.truth.parse) ?? false
        self.bindsDevices = self.configuration.deviceBinding.bindsSessions
        do {
            try self.configuration.check()
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// A logger at the level of the settings.
    package var logger: Logger {
        var logger = Logger(label: "Showcase")
        logger.logLevel = self.logLevel
        return logger
    }

    /// The host in the spelling of a URL.
    package var displayHost: String {
        self.host.contains(":") ? "[\(self.host)]" : self.host
    }

    /// Refuses the options that only the Showcase on Hummingbird has.
    package func refuseObservers() throws {
        guard self.auditLog == nil, !self.servesMetrics else {
            throw ValidationError("--audit-log and --metrics are options of the Showcase on Hummingbird alone.")
        }
    }

    private static func configuration(
        _ options: ShowcaseOptions,
        _ reader: SettingReader
    ) throws -> SessionConfiguration {
        var configuration = SessionConfiguration.development
        // The active sessions page shows the address from which each session was last used.
        configuration.tracksClients = true
        configuration.cookie = try self.cookie(options, reader)
        if let idle = try reader.value(
            options.idleTimeout, orVariable: "SHOWCASE_IDLE_TIMEOUT", DurationArgument.parse
        ) {
            configuration.limits.idle = idle
        }
        if let absolute = try reader.value(
            options.absoluteTimeout, orVariable: "SHOWCASE_ABSOLUTE_TIMEOUT", DurationArgument.parse
        ) {
            configuration.limits.absolute = absolute
        }
        if let count = try reader.value(
            options.sessionsPerUser, orVariable: "SHOWCASE_SESSIONS_PER_USER", SessionCountArgument.parse
        ) {
            configuration.maximumSessionsPerSubject = count.maximum
        }
        if let renewal = try reader.value(
            options.renewAfter, orVariable: "SHOWCASE_RENEW_AFTER", RenewalArgument.parse
        ) {
            configuration.renewal = renewal
        }
        if let trustedProxies = try reader.value(
            options.trustedProxies, orVariable: "SHOWCASE_TRUSTED_PROXIES", TrustedProxiesArgument.parse
        ) {
            configuration.trustedProxies = trustedProxies
        }
        configuration.deviceBinding = try self.deviceBinding(options, reader)
        configuration.touchAfter = try reader.value(
            options.touchAfter, orVariable: "SHOWCASE_TOUCH_AFTER", DurationArgument.parse
        )
        if let onStoreFailure = try reader.value(
            options.onStoreFailure, orVariable: "SHOWCASE_ON_STORE_FAILURE", ChoiceArgument.onStoreFailure.parse
        ) {
            configuration.onStoreFailure = onStoreFailure
        }
        return configuration
    }

    private static func deviceBinding(
        _ options: ShowcaseOptions,
        _ reader: SettingReader
    ) throws -> DeviceBindingPolicy {
        let choice = try reader.value(
            options.deviceBinding, orVariable: "SHOWCASE_DEVICE_BINDING", ChoiceArgument.deviceBinding.parse
        )
        let lifetime = try reader.value(
            options.boundCookieLifetime, orVariable: "SHOWCASE_BOUND_COOKIE_LIFETIME", DurationArgument.parse
        )
        guard let choice, choice != .off else {
            guard lifetime == nil else {
                throw ValidationError("--bound-cookie-lifetime means nothing without --device-binding.")
            }
            return .off
        }
        return choice.policy(cookieLifetime: lifetime ?? DeviceBindingPolicy.standardCookieLifetime)
    }

    /// The cookie for plain HTTP, or the strongest one if `Secure` is requested.
    private static func cookie(_ options: ShowcaseOptions, _ reader: SettingReader) throws -> SessionCookie {
        let secure = try reader.value(options.secure, orVariable: "SHOWCASE_SECURE", ChoiceArgument.secure.parse)
        var cookie: SessionCookie = secure == .always ? .standard : .development
        if let secure { cookie.secure = secure }
        if let name = try reader.value(options.cookieName, orVariable: "SHOWCASE_COOKIE_NAME", { $0 }) {
            cookie.name = name
        }
        if let sameSite = try reader.value(
            options.sameSite, orVariable: "SHOWCASE_SAME_SITE", ChoiceArgument.sameSite.parse
        ) {
            cookie.sameSite = sameSite
        }
        return cookie
    }
}
