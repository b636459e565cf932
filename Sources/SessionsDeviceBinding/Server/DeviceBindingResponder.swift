//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import HTTPTypes
public import Logging
public import Sessions
public import SessionsHTTP

/// The requests and responses of the registration and the refresh, for the `DeviceBindingRoutes` of an adapter.
///
/// An adapter registers POST for both paths, opens the session of the request, and turns the `HTTPReply` into a
/// response. The routes must be outside of the CSRF protection: browsers send these requests by themselves, and a proof
/// protects them.
public struct DeviceBindingResponder: Sendable {
    /// The path of the registration.
    public let registrationPath: String
    /// The path of the refresh.
    public let refreshPath: String
    private let openPaths: [String]

    /// Creates a responder.
    ///
    /// - Parameter configuration: The options of the engine.
    /// - Throws: `SessionError` with the code `configuration` when no sessions are bound.
    public init(_ configuration: SessionConfiguration) throws(SessionError) {
        guard let options = configuration.deviceBinding.options else {
            throw .configuration("The routes of device binding serve nothing: set configuration.deviceBinding.")
        }
        self.registrationPath = options.registrationPath
        self.refreshPath = options.refreshPath
        self.openPaths = options.openPaths
    }

    /// Registers the key of a device: 200 with the browser's instructions and the bound cookie. A registration is
    /// rejected with 403 unless the session has just begun by a login, and has no key.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - session: Its session.
    ///   - logger: The logger, for a line at debug level about a rejected proof.
    /// - Throws: `CancellationError`, or `SessionError` with the code `responseStarted`.
    public func register(_ request: HTTPRequest, session: Session, logger: Logger) async throws -> HTTPReply {
        try await self.whileAvailable {
            guard let proof = self.proof(in: request, logger) else { return .registrationRejected }
            let now = session.engineConfiguration.clock.now
            let isBound = try await session.bindDevice { id, binding in
                guard let challenges = DeviceChallenges(of: id, binding) else { return nil }
                do throws(DeviceProofError) {
                    let verified = try DeviceProofVerifier(challenges).verifyRegistration(proof, now: now)
                    return (verified.key.rawRepresentation, verified.challenge.position)
                } catch {
                    error.log(to: logger)
                    return nil
                }
            }
            guard isBound, let id = session.id else { return .registrationRejected }
            return .deviceBound(self.instructions(for: session.cookieForBinding, id))
        }
    }

    /// Refreshes a bound cookie: 200 with the cookie, 403 with a challenge, 200 with the end of the session, or 503
    /// while the store is unavailable.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - session: Its session. The request need not have one, because the cookie may have expired.
    ///   - logger: The logger, for a line at debug level about a rejected proof.
    /// - Throws: `CancellationError`, or `SessionError` with the code `responseStarted`.
    public func refresh(_ request: HTTPRequest, session: Session, logger: Logger) async throws -> HTTPReply {
        try await self.whileAvailable {
            guard let id = try? DeviceBindingField.sessionID(in: request.headerFields) else {
                return .deviceSessionEnded
            }
            let proof = self.proof(in: request, logger)
            let now = session.engineConfiguration.clock.now
            let refresh = try await session.refreshDevice(id) { binding, device in
                guard let proof, let key = DevicePublicKey(rawRepresentation: device.publicKey),
                    let challenges = DeviceChallenges(of: id, binding)
                else { return nil }
                do throws(DeviceProofError) {
                    return try DeviceProofVerifier(challenges).verifyRefresh(proof, by: key, now: now).position
                } catch {
                    error.log(to: logger)
                    return nil
                }
            }
            switch refresh {
            case .refreshed: return .deviceBound(self.instructions(for: session.cookieForBinding, id))
            case .refreshedMeanwhile(let cookie): return .deviceBound(self.instructions(for: cookie, id))
            case .ended: return .deviceSessionEnded
            case .unproven(let binding):
                guard let challenges = DeviceChallenges(of: id, binding) else { return .deviceSessionEnded }
                let random = session.engineConfiguration.random
                return .deviceChallenge(challenges.next(for: .refresh, now: now, random: random), for: id)
            }
        }
    }

    /// The proof of a request; nil if there is none, or the field is malformed.
    private func proof(in request: HTTPRequest, _ logger: Logger) -> String? {
        do throws(DeviceProofError) {
            return try DeviceBindingField.proof(in: request.headerFields)
        } catch {
            error.log(to: logger)
            return nil
        }
    }

    private func instructions(for cookie: SessionCookie, _ id: SessionID) -> DeviceSessionInstructions {
        var cookie = cookie
        // Browsers reject a credential with this attribute.
        cookie.priority = nil
        let attributes = CookieTemplate(cookie).attributes(isSecureConnection: true).dropFirst(2)
        var instructions = DeviceSessionInstructions(
            sessionID: id,
            refreshPath: self.refreshPath,
            credentials: [.init(name: cookie.name, attributes: String(attributes))]
        )
        instructions.rules = self.openPaths.map { .exclude(path: $0) }
        return instructions
    }

    /// Answers 503 while the store is unavailable, which browsers take as a reason to try again.
    private func whileAvailable(_ body: () async throws -> HTTPReply) async throws -> HTTPReply {
        do {
            return try await body()
        } catch let error as SessionError where error.code != .responseStarted {
            return .deviceBindingUnavailable(retryAfter: error.retryAfter ?? .seconds(5))
        }
    }
}

extension HTTPReply {
    /// 403: browsers keep the session that they have.
    fileprivate static let registrationRejected = HTTPReply(
        status: .forbidden,
        headerFields: [.cacheControl: "no-store"]
    )
}

extension DeviceProofError {
    /// Every client can cause a line, so its level is low.
    fileprivate func log(to logger: Logger) {
        logger.debug("The proof of a device was rejected", metadata: ["session.reason": "\(self.code)"])
    }
}
#endif
