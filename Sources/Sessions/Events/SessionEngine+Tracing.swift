//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Tracing

extension SessionEvent {
    /// Adds the event to the current span, if the tracer knows it.
    func trace(by tracer: any Tracer) {
        guard let span = tracer.activeSpan(identifiedBy: .current ?? .topLevel) else { return }
        var attributes: SpanAttributes = [:]
        if let reason { attributes["session.reason"] = reason.description }
        if let action { attributes["session.action"] = action.description }
        if let sessionID { attributes["session.id"] = sessionID.description }
        if let errorCode { attributes["session.error"] = errorCode }
        span.addEvent(SpanEvent(name: "session.\(self.kind)", attributes: attributes))
    }
}

extension SessionEngine {
    /// Runs a part of a request in its own span, if there is a tracer.
    ///
    /// - Parameters:
    ///   - name: The name of the span.
    ///   - body: The part.
    ///   - describe: Adds attributes from the result.
    func traced<Result>(
        _ name: String,
        _ body: () async throws -> Result,
        describe: (Result, any Span) -> Void
    ) async throws -> Result {
        guard let tracer = self.configuration.tracer else { return try await body() }
        return try await tracer.withSpan(name) { span in
            let result = try await body()
            describe(result, span)
            return result
        }
    }
}

extension Session {
    /// Adds to a span which session the request has and why, and at its end everything that it wrote.
    func describe(in span: any Span) {
        let (id, writes, isClosed) = self.withState { ($0.live?.record.id, $0.writes, $0.hasResponseStarted) }
        span.attributes["session.resolution"] = self.resolution.rawValue
        if let id { span.attributes["session.id"] = id.description }
        if isClosed { span.attributes["session.write"] = writes.description }
    }
}
