//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Sessions

/// What waits for the server: connecting, and statements that prepare a connection. Only threads of their own do this.
///
/// No call of libpq blocks here except the lookup of a host name and reading files: the thread waits for the socket,
/// and calls `pollHook` between two waits.
extension PostgresConnection {
    /// Called between two waits of a thread. It returns the maximum time of the next wait, or throws to end the
    /// waiting.
    typealias PollHook = () throws(PostgresError) -> Duration

    /// Parameters that the connection string overrides: the name of the application, and how soon the kernel must
    /// detect that the other side is gone.
    private static let defaults = [
        ("fallback_application_name", "swift-sessions"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
        ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
    ]

    /// Connects and logs in.
    convenience init(
        _ string: PostgresConnectionString,
        name: String,
        connectedAt: SessionInstant = .distantPast,
        pollHook: PollHook
    ) throws(PostgresError) {
        // The parameters of the string come later and win.
        let parameters = Self.defaults + [("dbname", string.text)]
        let handle = withCStrings(parameters.map(\.0)) { keywords in
            withCStrings(parameters.map(\.1)) { PQconnectStartParams(keywords, $0, 1) }
        }
        guard let handle else { throw PostgresError("there is no memory for a connection") }
        self.init(handle, name: name, connectedAt: connectedAt)
        // By default libpq writes notices to the standard error of the process.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        var polling = PGRES_POLLING_WRITING
        while polling != PGRES_POLLING_OK {
            guard PQstatus(handle) != CONNECTION_BAD, polling != PGRES_POLLING_FAILED else {
                throw PostgresError(string.redacted(String(cString: PQerrorMessage(handle))))
            }
            _ = try self.wait(for: polling == PGRES_POLLING_READING ? .readable : .writable, pollHook)
            polling = PQconnectPoll(handle)
        }
        guard PQsetnonblocking(handle, 1) == 0 else { throw PostgresError("the connection is gone") }
    }

    /// Runs statements without parameters. The results are text.
    func simpleQuery(_ sql: String, pollHook: PollHook) throws(PostgresError) -> PostgresReply {
        self.detectDisconnect()
        try self.send { PQsendQuery($0, sql) }
        do throws(PostgresError) {
            while true {
                let events = try self.wait(for: self.hasUnsentData ? [.readable, .writable] : .readable, pollHook)
                if events.contains(.readable), let result = self.receive() { return try result.get() }
                try self.flush()
            }
        } catch {
            if error.endsConnection { self.closeWhenIdle() }
            throw error
        }
    }

    private func wait(for wanted: SocketEvents, _ pollHook: PollHook) throws(PostgresError) -> SocketEvents {
        while true {
            let limit = try pollHook()
            var sockets = PollSet()
            sockets.add(self.socket, wanted)
            if sockets.wait(atMost: limit) { return sockets.events(of: 0) }
        }
    }
}

/// Calls a body with texts as a null-terminated array of C strings.
private func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    func next(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard index < texts.count else { return body(pointers + [nil]) }
        return texts[index].withCString { next(index + 1, pointers + [$0]) }
    }
    return next(0, [])
}
#endif
