//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import RawStructuredFieldValues
import Sessions
import Synchronization

/// Refreshes of bound cookies.
extension DeviceBoundBrowser {
    /// The most proofs that a browser gives for one refresh.
    private static let maximumProofCount = 4

    /// Refreshes every session whose cookie a request lacks.
    ///
    /// - Returns: The items of `Secure-Session-Skipped` about refreshes that failed.
    func refreshSessions(for url: String, from page: String) async -> [String] {
        var deferred: Set<DeviceBrowserSession.Name> = []
        var skipped: [String] = []
        while let session = self.sessionNeedingRefresh(for: url, from: page, besides: deferred) {
            // Another request may have begun the same refresh. What it brings is looked at again.
            guard await self.beginRefresh(session.name) else { continue }
            // Another request's refresh may have ended after the session was looked at.
            guard self.sessionNeedingRefresh(for: url, from: page, besides: deferred)?.name == session.name else {
                self.endRefresh(session.name)
                continue
            }
            deferred.insert(session.name)
            if let reason = await self.refresh(session, from: page) {
                self.record(.init(.skipped, session.id, reason))
                skipped.append("\(reason);session_identifier=\"\(session.id)\"")
            }
            self.endRefresh(session.name)
        }
        return skipped
    }

    private func sessionNeedingRefresh(
        for url: String,
        from page: String,
        besides deferred: Set<DeviceBrowserSession.Name>
    ) -> DeviceBrowserSession? {
        guard let location = TestLocation(url), location.isTrustworthy else { return nil }
        let isSameSite = TestLocation(page)?.site == location.site
        let cookies = self.cookies.cookies
        return self.sessions.first { session in
            session.name.site == location.site && !deferred.contains(session.name) && session.includes(url)
                && session.isRefreshAllowed(by: page)
                && session.lacksCookie(
                    for: url,
                    initiatedBy: isSameSite ? .sameSite : .crossSiteSubresource,
                    among: cookies
                )
        }
    }

    /// Begins a refresh.
    ///
    /// - Returns: False, after another request's refresh of the session has ended, if one was in progress.
    private func beginRefresh(_ name: DeviceBrowserSession.Name) async -> Bool {
        var isFirst = false
        await withCheckedContinuation { continuation in
            isFirst = self.state.withLock { state in
                guard state.refreshes[name] == nil else {
                    state.refreshes[name]?.append(continuation)
                    return false
                }
                state.refreshes[name] = []
                return true
            }
            if isFirst { continuation.resume() }
        }
        return isFirst
    }

    private func endRefresh(_ name: DeviceBrowserSession.Name) {
        for continuation in self.state.withLock({ $0.refreshes.removeValue(forKey: name) }) ?? [] {
            continuation.resume()
        }
    }

    /// Section "Send request", for a refresh.
    ///
    /// - Returns: Why the refresh failed although the session goes on; nil otherwise.
    private func refresh(_ session: DeviceBrowserSession, from page: String) async -> DeviceBrowserEvent.Reason? {
        let name = session.name
        var proofCount = 0
        while true {
            var fields: HTTPFields = [:]
            if let field = Field.sessionID { fields[field] = self.written(session.id) }
            switch self.nextProof(of: name) {
            case .none: break
            case .quotaExceeded: return .quotaExceeded
            case .proof(let text):
                proofCount += 1
                if let field = Field.response { fields[field] = self.written(text) }
            }
            let request = Request(method: .post, url: session.refreshURL, headerFields: fields)
            guard let response = try? await self.exchange(request, withCredentials: true, from: page) else {
                return .unreachable
            }
            switch response.status.code {
            case 200..<300:
                if !response.body.isEmpty {
                    await self.begin(response, from: session.refreshURL, for: name, session.key)
                }
                if self.sessions.contains(where: { $0.name == name }) { self.record(.init(.refreshed, session.id)) }
                return nil
            case 300..<400:
                return .redirected
            case 403:
                guard proofCount < Self.maximumProofCount else {
                    self.end(name, .tooManyChallenges)
                    return nil
                }
                guard self.challenges(of: response).contains(where: { $0.id == name.id }) else {
                    self.end(name, .noChallenge)
                    return nil
                }
            case 400..<500:
                self.end(name, .refused)
                return nil
            default:
                return .serverError
            }
        }
    }

    private enum NextProof {
        /// The server has given no challenge yet.
        case none
        case proof(String)
        case quotaExceeded
    }

    /// The proof of the challenge that the session has. One that was signed before is sent again unchanged.
    private func nextProof(of name: DeviceBrowserSession.Name) -> NextProof {
        let now = self.clock.now
        return self.state.withLock { state in
            guard let index = state.sessions.firstIndex(where: { $0.name == name }),
                let challenge = state.sessions[index].challenge
            else { return .none }
            if let last = state.sessions[index].lastProof, last.challenge == challenge { return .proof(last.text) }
            let recent = (state.signings[name.site] ?? []).filter { now < $0 + self.quota.period }
            guard recent.count < self.quota.count else { return .quotaExceeded }
            guard let text = try? DeviceTestProof.refresh(challenge, by: state.sessions[index].key) else {
                return .none
            }
            state.sessions[index].lastProof = (challenge, text)
            state.signings[name.site] = recent + [now]
            return .proof(text)
        }
    }

    /// The challenges of a response, and the sessions that they are for.
    private func challenges(of response: Response) -> [(text: String, id: String)] {
        (Field.list(Field.challenge, in: response.headerFields) ?? []).compactMap { element in
            guard case .item(let item) = element, case .string(let challenge) = item.rfc9651BareItem,
                case .string(let id)? = item.rfc9651Parameters["id"]
            else { return nil }
            return (challenge, id)
        }
    }

    /// Section "Cache challenge".
    func keepChallenges(of response: Response, from location: TestLocation) {
        for challenge in self.challenges(of: response) {
            self.state.withLock { state in
                let name = DeviceBrowserSession.Name(site: location.site, id: challenge.id)
                guard let index = state.sessions.firstIndex(where: { $0.name == name }),
                    state.sessions[index].instructions.credentials.contains(where: { $0.cookie(from: location) != nil })
                else { return }
                state.sessions[index].challenge = challenge.text
            }
        }
    }
}
#endif
