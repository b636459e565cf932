//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import HummingbirdHTTP2
import Logging
import NIOCore
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import ShowcaseKit
import UnixSignals

/// The server: a backend, an engine, the routes, and services.
struct ShowcaseApplication {
    private let settings: ShowcaseSettings
    private let services: [any Service]
    private let engine: SessionEngine
    private let throttle: LoginThrottle
    private let metrics: PrometheusMetrics?
    private let logger: Logger

    /// Opens the backend and creates the engine.
    ///
    /// - Throws: ``ShowcaseFailure`` for a store that cannot be opened, and for invalid keys.
    init(_ settings: ShowcaseSettings, logger: Logger) throws {
        self.settings = settings
        let opened = try OpenedBackend(settings.backend, logger: logger)
        let cookie = CookieTransport()
        let observers = try Observers(settings, opened, logger: logger)
        var configuration = observers.configuration
        if settings.backend.store.isStored { configuration.allowsImpersonation = { ActingController.allows($0) } }
        self.engine = try SessionEngine(
            opened.backend,
            configuration: configuration,
            transports: settings.backend.store.isStored ? [cookie, BearerTransport()] : [cookie]
        )
        self.throttle = try LoginThrottle(in: opened.store, configuration: self.engine.configuration)
        self.services = opened.services + observers.services
        self.metrics = observers.metrics
        self.logger = logger
    }

    /// Serves until the process receives SIGTERM or SIGINT.
    func run() async throws {
        let notice = ListeningNotice()
        let application = Application(
            router: try await self.router(),
            // Over TLS, clients negotiate HTTP/2 or HTTP/1.1.
            server: try self.settings.tls.map { try .http2Upgrade(tlsConfiguration: $0) } ?? .http1(),
            configuration: ApplicationConfiguration(
                address: .hostname(self.settings.host, port: self.settings.port),
                serverName: "Showcase"
            ),
            services: self.services,
            onServerRunning: { [settings] channel in
                // Port 0 was replaced by a real port.
                notice.give(
                    scheme: settings.tls == nil ? "http" : "https",
                    host: settings.displayHost,
                    port: channel.localAddress?.port ?? settings.port,
                    hasEphemeralKey: settings.backend.hasEphemeralKey
                )
            },
            logger: self.logger
        )
        var group = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger
        )
        // Requests in progress are finished. A client that stalls must not delay the shutdown forever.
        group.maximumGracefulShutdownDuration = .seconds(10)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch  where !notice.wasGiven {
            throw ShowcaseFailure(listeningOn: "\(self.settings.displayHost):\(self.settings.port)", error)
        }
    }

    private func router() async throws -> Router<ShowcaseRequestContext> {
        let pages = try await PageLibrary(self.settings)
        let router = Router(context: ShowcaseRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorPageMiddleware(pages))
        router.get("showcase.css") { _, _ in pages.styleSheet }
        if let metrics = self.metrics {
            // The proxy of a public server keeps this path away from visitors.
            router.get("metrics") { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "text/plain; version=0.0.4"],
                    body: .init(byteBuffer: ByteBuffer(string: metrics.text))
                )
            }
        }

        // Only the following routes have a session.
        let visited = router.group().add(middleware: SessionsMiddleware(self.engine))
        guard self.settings.backend.store != .tokenOnly else {
            let programs = try Self.protection(undecided: .accepted)
            TokenController(pages).addRoutes(to: visited.group().add(middleware: programs))
            return router
        }
        if self.settings.bindsDevices {
            // Browsers send these requests by themselves, so they are outside of the CSRF protection.
            try DeviceBindingRoutes<ShowcaseRequestContext>(self.engine.configuration).add(to: visited)
        }
        // Login and logout must also work with curl, which sends neither an origin nor a token.
        let controller = PagesController(pages, self.throttle)
        controller.addRoutes(to: visited.group().add(middleware: try Self.protection(undecided: .accepted)))
        // The forms of a payment service come from another site.
        controller.addPaymentRoutes(to: visited)
        let people = visited.group("account")
            .add(middleware: try Self.protection(undecided: .refused))
            .add(middleware: try RequireLogin(.redirect(to: "/login", always: true)))
        controller.addUserRoutes(to: people)
        ActingController().addRoutes(to: people.group("act"))
        let page = ActiveSessionsPage<ShowcaseRequestContext>(.showcase)
        let sessions = people.group("sessions")
        // With --device-binding required, a thief of a cookie must not end the other sessions.
        if self.settings.bindsDevices { sessions.add(middleware: RequireDeviceBound()) }
        page.addPage(to: sessions)
        let administration = AdministrationPage<ShowcaseRequestContext>(
            self.engine, for: try .showcase, .showcase)
        administration.addPage(
            to: visited.group("admin/sessions").add(middleware: try Self.protection(undecided: .refused)))
        EventsController(self.engine).addRoutes(to: visited.group("events"))
        ForwardAuthenticationController(self.engine).addRoutes(to: visited.group("auth"))

        // API clients with cookies send no origin.
        let api = visited.group("api").add(middleware: try Self.protection(undecided: .accepted))
        page.addAPI(to: api.group("sessions").add(middleware: RequireLogin()))
        administration.addAPI(to: api.group("admin/sessions"))
        SessionAPIController(self.settings).addRoutes(to: api.group("session"))
        SessionValuesController(maximumSize: self.engine.configuration.maximumValuesSize)
            .addRoutes(to: api.group("session"))
        AccountAPIController().addRoutes(to: api)
        return router
    }

    private static func protection(
        undecided: UnverifiableRequestPolicy
    ) throws -> CSRFMiddleware<ShowcaseRequestContext> {
        var configuration = CSRFProtection.Configuration()
        configuration.undecided = undecided
        return CSRFMiddleware(try CSRFProtection(configuration))
    }
}

extension AdministrationGuard {
    fileprivate static var showcase: AdministrationGuard {
        get throws {
            AdministrationGuard(try .redirect(to: "/login")) { _, subject in subject == ActingController.administrator }
        }
    }
}

extension AdministrationPageConfiguration {
    fileprivate static var showcase: AdministrationPageConfiguration {
        var configuration = AdministrationPageConfiguration()
        configuration.backLink = .init("Account", to: "/account")
        return configuration
    }
}

extension ActiveSessionsPageConfiguration {
    fileprivate static var showcase: ActiveSessionsPageConfiguration {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.backLink = Link("Account", to: "/account")
        return configuration
    }
}
