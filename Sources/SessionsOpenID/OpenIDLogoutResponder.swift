//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
public import HTTPTypes
public import Logging
import Sessions
public import SessionsHTTP

/// The response to a provider's back-channel logout request, and its route for Hummingbird, Vapor and FlyingFox.
///
/// The route is a POST with a form. It needs no session and no CSRF protection: the request comes from the provider's
/// server, and the signature of the logout token protects it.
public struct OpenIDLogoutResponder: Sendable {
    private let sessions: OpenIDSessions

    /// The largest body of a request, in bytes.
    public static let maximumBodySize = 32_768

    /// Creates a responder.
    public init(_ sessions: OpenIDSessions) {
        self.sessions = sessions
    }

    /// Ends the sessions that the logout token of a request names: 200. A token that is not valid gets 400, and nothing
    /// ends. While the store does not answer it is 503, and the provider may try again.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - body: Its body: a form with the field `logout_token`.
    ///   - logger: The logger, for a line at info level about a rejected token.
    /// - Throws: `CancellationError`.
    public func reply(to request: HTTPRequest, body: [UInt8], logger: Logger) async throws -> HTTPReply {
        do {
            let tokens = FormField.values(named: "logout_token", in: body)
            guard
                body.count <= Self.maximumBodySize, FormField.isForm(request.headerFields), tokens.count == 1,
                let token = String(validating: tokens[0], as: UTF8.self)
            else {
                throw OpenIDLogoutError(.malformed, "The request must be a form with one field logout_token.")
            }
            let endedCount = try await self.sessions.end(byToken: token)
            logger.debug("A provider ended sessions", metadata: ["sessions.ended": "\(endedCount)"])
            return HTTPReply(status: .ok, headerFields: [.cacheControl: "no-store"])
        } catch let error as OpenIDLogoutError {
            logger.info("A logout token was refused", metadata: ["error": "\(error)"])
            // The form of OAuth 2.0, RFC 6749, 5.2. The code is one of this library, and has nothing of the token.
            return HTTPReply(
                status: .badRequest,
                headerFields: [.cacheControl: "no-store", .contentType: "application/json"],
                body: #"{"error":"invalid_request","error_description":"\#(error.code)"}"#
            )
        } catch let error as SessionError {
            return error.reply(to: request)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error(
                "The keys of a provider could not be read",
                metadata: ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"])
            return HTTPReply(
                status: .serviceUnavailable, headerFields: [.cacheControl: "no-store", .retryAfter: "5"])
        }
    }
}
#endif
