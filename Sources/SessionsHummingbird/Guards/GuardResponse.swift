//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import Logging
public import Sessions

/// What a guard of routes answers a request that may not go on.
public struct GuardResponse: Sendable {
    private let page: LocalRedirect?
    private let isForAll: Bool
    /// What visitors see before every path of this server.
    private let prefix: String

    /// 401, as clients of an API expect it. This is the default.
    public static let unauthorized = GuardResponse(page: nil, isForAll: false, prefix: "")

    /// A redirect to a page where the visitor can log in (303), with the way back in its parameter `next`, which the
    /// page reads as a `LocalRedirect`. The way back is known of GET and HEAD alone. Clients that do not ask for HTML
    /// get 401.
    ///
    /// - Parameters:
    ///   - page: The path of the page. If it stands behind the guard itself, by mistake, it answers 401, and the log
    ///     says why.
    ///   - prefix: The path that a proxy removes before it passes a request on, such as `/app`. The default is empty:
    ///     none. Both the page and the way back get it.
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
        return GuardResponse(page: redirect, isForAll: always, prefix: prefix)
    }

    /// The response in place of the handler's.
    ///
    /// - Throws: The error, where that is the response.
    func response(to request: Request, refusedBy error: SessionError, _ logger: Logger) throws(SessionError) -> Response
    {
        logger.debug("A guard refused a request", metadata: ["error": "\(error)"])
        guard error.status == .unauthorized, let page, self.isForAll || request.headers.acceptHTML else { throw error }
        guard !request.isFor(page) else {
            logger.error(
                "The page that a guard redirects to is guarded itself, so nobody can log in: put it before the guard",
                metadata: ["page": "\(page)"]
            )
            throw error
        }
        let isRepeatable = request.method == .get || request.method == .head
        let next = isRepeatable ? LocalRedirect(self.prefix + request.uri.string) : nil
        return .redirect(to: self.prefix + (next.map { page.leading(to: $0) } ?? page).location)
    }
}

extension Request {
    /// Whether this asks for a page, however many slashes its path has.
    fileprivate func isFor(_ page: LocalRedirect) -> Bool {
        self.uri.path.lowercased().split(separator: "/") == page.path.lowercased().split(separator: "/")
    }
}
#endif
