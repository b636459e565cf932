//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import Synchronization
import Vapor

/// A session that ``EngineSessionDriver`` has opened for a request, with the values that the request began with.
struct DriverSession: Sendable {
    let session: Sessions.Session
    let data: SessionData
    /// The names of the values that are kept as numbers.
    private let numbers: Set<String>

    init(_ session: Sessions.Session) {
        var texts: [String: String] = [:]
        var numbers: Set<String> = []
        for (name, value) in session.values {
            if let text = try? SessionKey<String?>(name).codec.decode(value) {
                texts[name] = text
            } else if let number = try? SessionKey<Int?>(name).codec.decode(value) {
                texts[name] = "\(number)"
                numbers.insert(name)
            }
        }
        self.session = session
        self.data = SessionData(initialData: texts)
        self.numbers = numbers
    }

    /// Sets the values that have changed. A counter adds its difference.
    func write(_ data: SessionData, _ counters: Set<String>) {
        let (before, after) = (self.data.snapshot, data.snapshot)
        for name in Set(before.keys).union(after.keys) where before[name] != after[name] {
            guard let text = after[name] else {
                self.session.remove(named: name)
                continue
            }
            let isNumber = self.numbers.contains(name)
            guard let number = Int(text), isNumber || counters.contains(name) else {
                self.session[SessionKey<String?>(name)] = text
                continue
            }
            let (difference, overflows) = number.subtractingReportingOverflow(before[name].flatMap { Int($0) } ?? 0)
            if counters.contains(name), isNumber || before[name] == nil, !overflows {
                self.session.increment(.counter(name), by: difference)
            } else {
                self.session[SessionKey<Int?>(name)] = number
            }
        }
    }
}

/// The sessions that the driver has opened for a request.
final class DriverSessions: Sendable {
    private let sessions = Mutex<[(id: Vapor.SessionID, session: DriverSession)]>([])

    /// The session that was opened last.
    var latest: DriverSession? { self.sessions.withLock { $0.last?.session } }

    subscript(id: Vapor.SessionID) -> DriverSession? {
        get { self.sessions.withLock { sessions in sessions.first { $0.id == id }?.session } }
        set {
            self.sessions.withLock { sessions in
                sessions.removeAll { $0.id == id }
                if let newValue { sessions.append((id, newValue)) }
            }
        }
    }
}

/// The key of ``DriverSessions`` in the storage of a request.
private struct DriverSessionsKey: StorageKey {
    typealias Value = DriverSessions
}

extension Request {
    /// The sessions that the driver has opened.
    var driverSessions: DriverSessions {
        if let sessions = self.storage[DriverSessionsKey.self] { return sessions }
        let sessions = DriverSessions()
        self.storage[DriverSessionsKey.self] = sessions
        return sessions
    }
}
#endif
