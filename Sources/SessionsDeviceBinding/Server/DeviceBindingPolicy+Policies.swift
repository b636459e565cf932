//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
public import Sessions

/// The policies that bind sessions.
///
/// With each of them, a login offers the registration of a key. Until a browser registers one, nothing changes, and a
/// browser that does not know the protocol notices nothing. A session that is bound has a short-lived cookie, which the
/// browser renews by proof: no long-lived credential remains.
extension DeviceBindingPolicy {
    /// The default path of the routes: `/device-binding`.
    public static let standardPath = "/device-binding"

    /// Sessions are bound if their browsers can.
    ///
    /// - Parameters:
    ///   - cookieLifetime: How long a bound cookie lives, 1 second to 1 day. The default is 10 minutes. A stolen cookie
    ///     works as long as that; browsers limit how often they sign.
    ///   - path: The path below which the routes are: `registration` and `refresh`. The default is `/device-binding`.
    ///   - openPaths: Paths whose requests do not wait for a refresh, with those below them, such as `/static`. The
    ///     default is none.
    public static func offered(
        cookieLifetime: Duration = Self.standardCookieLifetime,
        at path: String = Self.standardPath,
        openPaths: [String] = []
    ) -> DeviceBindingPolicy {
        Self.policy(cookieLifetime, path, openPaths)
    }

    /// Sessions are bound if their browsers can, and `RequireDeviceBound` rejects those that are not.
    ///
    /// - Parameters:
    ///   - isRequired: Which requests the guard rejects if their session is not bound. The default is all. Choose those
    ///     of browsers that can, for example, as long as others cannot.
    ///   - cookieLifetime: How long a bound cookie lives, 1 second to 1 day. The default is 10 minutes.
    ///   - path: The path below which the routes are. The default is `/device-binding`.
    ///   - openPaths: Paths whose requests do not wait for a refresh. The default is none.
    public static func required(
        for isRequired: @escaping @Sendable (SessionRequest) -> Bool = { _ in true },
        cookieLifetime: Duration = Self.standardCookieLifetime,
        at path: String = Self.standardPath,
        openPaths: [String] = []
    ) -> DeviceBindingPolicy {
        Self.policy(cookieLifetime, path, openPaths, isRequired: isRequired)
    }

    /// Sessions are bound if their browsers can, and a cookie that comes after its lifetime is accepted and reported,
    /// with the event `unboundUse`. Use it to see what would be rejected.
    ///
    /// - Warning: A stolen cookie of a bound session works until the session ends.
    ///
    /// - Parameters:
    ///   - cookieLifetime: How long a bound cookie lives, 1 second to 1 day. The default is 10 minutes.
    ///   - path: The path below which the routes are. The default is `/device-binding`.
    ///   - openPaths: Paths whose requests do not wait for a refresh. The default is none.
    public static func reportOnly(
        cookieLifetime: Duration = Self.standardCookieLifetime,
        at path: String = Self.standardPath,
        openPaths: [String] = []
    ) -> DeviceBindingPolicy {
        Self.policy(cookieLifetime, path, openPaths, isReportOnly: true)
    }

    private static func policy(
        _ cookieLifetime: Duration,
        _ path: String,
        _ openPaths: [String],
        isReportOnly: Bool = false,
        isRequired: (@Sendable (SessionRequest) -> Bool)? = nil
    ) -> DeviceBindingPolicy {
        let registrationPath = "\(path)/registration"
        return DeviceBindingPolicy(
            Options(
                cookieLifetime: cookieLifetime,
                isReportOnly: isReportOnly,
                isRequired: isRequired,
                registrationPath: registrationPath,
                refreshPath: "\(path)/refresh",
                openPaths: openPaths
            ) { id, binding, now in
                DeviceChallenges(of: id, binding)
                    .map { $0.next(for: .registration, now: now) }
                    .flatMap { DeviceBindingField.registration(path: registrationPath, challenge: $0) }
                    .map { HTTPField(name: .secureSessionRegistration, value: $0) }
            }
        )
    }
}

extension DeviceChallenges {
    /// The challenges of a session by what it keeps; nil if that cannot be read.
    init?(of id: SessionID, _ binding: DeviceBinding) {
        self.init(of: id, key: binding.challengeKey, floor: binding.floor)
    }
}
#endif
