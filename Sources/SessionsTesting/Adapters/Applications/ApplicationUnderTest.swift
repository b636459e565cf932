//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An application with all that an adapter offers besides its middleware: the guards, the user, the protection against
/// requests of other sites, the active sessions page, the page of all sessions, and device binding.
///
/// The rules of ``AdapterConformance/applicationRules`` visit it. An adapter that lacks one of the parts cannot be
/// checked. The server is behind a proxy that adds `X-Forwarded-Proto`; requests may be sent without a socket.
public protocol ApplicationUnderTest: Sendable {
    /// Serves the application while a body runs.
    ///
    /// The middleware of sessions is around everything. If `deviceBinding.bindsSessions` of the engine's configuration
    /// is true, the routes of device binding are next. The CSRF protection with its default configuration is around all
    /// other routes, and then the user that ``AdapterApplication/findUser(_:)`` finds.
    ///
    /// | Route | Behind | Response |
    /// |---|---|---|
    /// | `POST /login` | | ``AdapterApplication/logIn(_:to:)`` with the body of the request |
    /// | `GET /token` | | The session's `csrfToken`, or nothing |
    /// | `POST /echo` | | The body of the request, of up to 8 MiB |
    /// | `GET /api/me` | The guard for a login | The name of the user |
    /// | `GET /account` | The same, which redirects to `/login` | The same |
    /// | `GET /password` | The guard for a login within 5 minutes, which redirects to `/login/again` | The same |
    /// | `GET /payments` | The guard for the level `aal2` | The same |
    /// | `GET /recognized` | The guard for ``AdapterApplication/devices``, which redirects to `/login/again` | The same |
    /// | `GET /transfer` | The guard for a bound session | `done` |
    /// | `/account/sessions` | | The active sessions page |
    /// | `/api/sessions` | | The JSON API of the page |
    /// | `/admin/sessions` | | The page of all sessions, for ``AdapterApplication/isAdministrator(_:)``. Others get `/login` |
    /// | `/api/admin/sessions` | | The JSON API of that page |
    ///
    /// - Parameters:
    ///   - application: The engine and the users.
    ///   - body: Sends requests to the server. An unexpected error of a handler is a response with 500.
    /// - Returns: The result of the body.
    /// - Throws: The error of the body.
    func serve<Value: Sendable>(
        _ application: AdapterApplication,
        _ body:
            @escaping @Sendable (
                _ send: @escaping @Sendable (AdapterRequest) async throws -> AdapterResponse
            ) async throws -> Value
    ) async throws -> Value
}
