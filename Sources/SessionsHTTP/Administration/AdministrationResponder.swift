//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
public import Sessions

/// The requests and responses of a page of all sessions and its JSON API, for the `AdministrationPage` of an adapter.
///
/// An adapter registers a route for each method, opens the session, and turns the ``HTTPReply`` into a response. All
/// methods ask the ``AdministrationGuard`` first. They throw `SessionError` when no one is logged in, and
/// ``HTTPRefusal`` for a request that they cannot serve.
///
/// | Request | Method |
/// |---|---|
/// | GET of the page | ``page(for:session:logger:)`` |
/// | POST to the page | ``submit(_:session:logger:form:)`` |
/// | GET of the API | ``list(for:session:logger:)`` |
/// | DELETE of the API with `/{id}` after the path | ``endSession(withID:for:session:logger:)`` |
public struct AdministrationResponder: Sendable {
    let engine: SessionEngine
    let administrators: AdministrationGuard
    let configuration: AdministrationPageConfiguration

    /// Creates a responder.
    ///
    /// - Parameters:
    ///   - engine: The engine whose sessions are listed.
    ///   - administrators: Who may use it.
    ///   - configuration: The options of the page. The default is the default configuration.
    public init(
        _ engine: SessionEngine,
        for administrators: AdministrationGuard,
        _ configuration: AdministrationPageConfiguration = AdministrationPageConfiguration()
    ) {
        self.engine = engine
        self.administrators = administrators
        self.configuration = configuration
    }

    /// A page of the sessions that match a query.
    func list(_ query: AdministrationQuery, from cursor: SessionCursor?) async throws -> SessionSummaryPage {
        try await self.engine.sessions(
            matching: query.filter, from: cursor, limit: self.configuration.sessionsPerPage)
    }

    /// Performs an operation that not every backend supports, and that needs a valid query.
    ///
    /// - Throws: ``HTTPRefusal`` with 501 or 400 in place of a `SessionError` for the developers of the application.
    func mappingRefusals<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SessionError where error.code == .notOffered {
            throw HTTPRefusal(.notImplemented, "This server does not know its sessions, and cannot list or end them.")
        } catch let error as SessionError where error.code == .invalidCursor || error.code == .invalidSubject {
            throw HTTPRefusal(.badRequest, error.message)
        }
    }
}
