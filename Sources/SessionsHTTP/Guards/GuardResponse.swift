//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging
public import Sessions

/// The response of a route guard to a request that it rejects.
public struct GuardResponse: Sendable {
    private let page: LocalRedirect?
    private let redirectsAllClients: Bool
    /// The path prefix that visitors see before every path of this server.
    private let prefix: String

    /// 401, as API clients expect. This is the default.
    public static let unauthorized = GuardResponse(page: nil, redirectsAllClients: false, prefix: "")

    /// A redirect (303) to a login page. The parameter `next` has the way back, which the page reads as a
    /// `LocalRedirect`. Only GET and HEAD have a way back. Clients that do not ask for HTML get 401.
    ///
    /// - Parameters:
    ///   - page: The path of the page. If the guard also protects this page, by mistake, the response is 401, and the
    ///     log says why.
    ///   - prefix: The path that a proxy removes before it forwards a request, such as `/app`. It is added to both the
    ///     page and the way back. The default is empty: none.
    ///   - always: Whether clients that do not ask for HTML are redirected as well. The default is false.
    /// - Throws: `SessionError` with the code `configuration` when the page or the prefix is not a path of this server.
    public static func redirect(
        to page: String,
        below prefix: String = "",
        always: Bool = false
    ) throws(SessionError) -> GuardResponse {
        guard let redirect = LocalRedirect(page) else { throw .notLocal(page) }
        let isPath = !prefix.hasSuffix("/") && !prefix.contains { "?#".contains($0) }
        guard prefix.isEmpty || (isPath && LocalRedirect(prefix)?.location == prefix) else { throw .notPrefix(prefix) }
        return GuardResponse(page: redirect, redirectsAllClients: always, prefix: prefix)
    }

    /// The response in place of the handler's.
    ///
    /// - Parameters:
    ///   - request: The rejected request.
    ///   - error: Why it is rejected.
    ///   - logger: The logger.
    /// - Returns: A redirect.
    /// - Throws: The error, if it is the response.
    public func reply(
        to request: HTTPRequest,
        refusedBy error: SessionError,
        _ logger: Logger
    ) throws(SessionError) -> HTTPReply {
        logger.debug("A guard refused a request", metadata: ["error": "\(error)"])
        guard
            error.status == .unauthorized, let page, self.redirectsAllClients || request.headerFields.acceptHTML
        else { throw error }
        guard !request.isFor(page) else {
            logger.error(
                "The page that a guard redirects to is guarded itself, so no one can log in: put it before the guard",
                metadata: ["page": "\(page)"]
            )
            throw error
        }
        let isRepeatable = request.method == .get || request.method == .head
        let next = isRepeatable ? LocalRedirect(self.prefix + (request.path ?? "")) : nil
        return .redirect(to: self.prefix + (next.map { page.addingRedirect(to: $0) } ?? page).location)
    }
}

extension HTTPRequest {
    /// Whether this request is for a page, however many slashes its path has.
    fileprivate func isFor(_ page: LocalRedirect) -> Bool {
        self.targetPath.lowercased().split(separator: "/") == page.path.lowercased().split(separator: "/")
    }
}

extension SessionError {
    fileprivate static func notLocal(_ page: String) -> SessionError {
        .configuration(
            "The page \"\(page)\" of a guard is not a path of this server: write it as /login, and without dots, "
                + "backslashes or a host."
        )
    }

    fileprivate static func notPrefix(_ prefix: String) -> SessionError {
        .configuration(
            "The prefix \"\(UntrustedText.escaped(prefix))\" of a guard is not a path: write it as /app, without a slash "
                + "at its end, dots or a query."
        )
    }
}
