//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import SessionsHTTP

// The code of the article *Other frameworks*: a complete adapter.

/// Sessions for the small framework.
struct SmallSessionsMiddleware: SmallMiddleware {
    let engine: SessionEngine
    var storage: any WritableKeyPath<SmallContext, Session?> & Sendable = \.session
    var isPassive = false
    var onStoreFailure: StoreFailurePolicy?

    func handle(_ context: SmallContext, next: SmallHandler) async throws -> SmallResponse {
        do {
            return try await self.respond(context, next)
        } catch {
            throw error.smallError(for: context.head)
        }
    }

    private func respond(_ context: SmallContext, _ next: SmallHandler) async throws -> SmallResponse {
        // An outer middleware of the same engine may have opened the session.
        let outer = context[keyPath: self.storage]
        if try self.engine.continues(outer, isPassive: self.isPassive, onStoreFailure: self.onStoreFailure) {
            return try await next(context)
        }
        let request = SessionRequest(
            method: context.head.method,
            headerFields: context.head.headerFields,
            isSecure: SmallConnection.isSecure,
            clientAddress: SmallConnection.address,
            isPassive: self.isPassive,
            onStoreFailure: self.onStoreFailure
        )
        let session = try await self.engine.open(request, logger: context.logger)
        var (context, response) = (context, SmallResponse())
        context[keyPath: self.storage] = session
        do {
            response = try await next(context)
        } catch {
            // An error that is a response is a way to answer. Any other error is unexpected.
            var error = error.smallError(for: context.head)
            try await self.close(session, error is SmallHTTPError ? .responded : .failed, &error.headerFields, context)
            throw error
        }
        // What a streamed body reads is not known when the head leaves.
        if response.stream != nil { session.markAccessed() }
        try await self.close(session, .responded, &response.headerFields, context)
        return response
    }

    private func close(
        _ session: Session,
        _ outcome: SessionEngine.Outcome,
        _ fields: inout HTTPFields,
        _ context: SmallContext
    ) async throws {
        do {
            try await self.engine.close(session, outcome: outcome, response: &fields)
        } catch {
            // The handler's response is not sent. What the operations did reaches the client.
            var error = error.smallError(for: context.head)
            self.engine.writeFields(of: session, to: &error.headerFields)
            throw error
        }
    }
}

extension Error {
    /// This error in the form of the framework.
    fileprivate func smallError(for request: HTTPRequest) -> any SmallError {
        if let error = self as? any SmallError { return error }
        guard let reply = (self as? any HTTPReplyError)?.reply(to: request) else {
            return SmallFailure(underlying: self, headerFields: [:])
        }
        return SmallHTTPError(status: reply.status, headerFields: reply.headerFields, message: reply.body)
    }
}
