//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

/// Whether sessions are bound to the devices on which they began, so that a copied cookie soon opens nothing.
///
/// The product `SessionsDeviceBinding` has the other policies: `.offered`, `.required` and `.reportOnly`.
public struct DeviceBindingPolicy: Sendable {
    /// The options of a policy that binds sessions. A class, so that a configuration without them costs no more to
    /// copy.
    package final class Options: Sendable {
        /// How long a bound cookie lives.
        package let cookieLifetime: Duration
        /// Whether a cookie that comes after its lifetime is accepted and only reported.
        package let isReportOnly: Bool
        /// Which requests `requireDeviceBound()` rejects if their session is not bound; nil if it rejects none.
        package let isRequired: (@Sendable (SessionRequest) -> Bool)?
        /// The path of the registration.
        package let registrationPath: String
        /// The path of the refresh.
        package let refreshPath: String
        /// The paths whose requests do not wait for a refresh.
        package let openPaths: [String]
        /// The field that offers a registration with a new session.
        package let offer: @Sendable (SessionID, DeviceBinding, _ now: SessionInstant) -> HTTPField?

        package init(
            cookieLifetime: Duration,
            isReportOnly: Bool,
            isRequired: (@Sendable (SessionRequest) -> Bool)?,
            registrationPath: String,
            refreshPath: String,
            openPaths: [String],
            offer: @escaping @Sendable (SessionID, DeviceBinding, _ now: SessionInstant) -> HTTPField?
        ) {
            self.cookieLifetime = cookieLifetime
            self.isReportOnly = isReportOnly
            self.isRequired = isRequired
            self.registrationPath = registrationPath
            self.refreshPath = refreshPath
            self.openPaths = openPaths
            self.offer = offer
        }
    }

    /// Nil if no session is bound.
    package let options: Options?

    package init(_ options: Options?) { self.options = options }

    /// Whether sessions may be bound: the policy is not ``off``.
    public var bindsSessions: Bool { self.options != nil }

    /// No session is bound. This is the default.
    public static let off = DeviceBindingPolicy(nil)

    /// The default lifetime of a bound cookie: 10 minutes. Browsers limit how often they sign, and a shorter one gains
    /// little.
    public static let standardCookieLifetime: Duration = .seconds(10 * 60)

    /// When the cookie of a device expires in the browser.
    func cookieEnd(provenAt: SessionInstant) -> SessionInstant {
        provenAt + (self.options?.cookieLifetime ?? .zero)
    }

    /// When the server no longer accepts it: a tenth of the lifetime later, because the browser counts from when it
    /// gets the response.
    func acceptanceEnd(provenAt: SessionInstant) -> SessionInstant {
        let lifetime = self.options?.cookieLifetime ?? .zero
        return provenAt + lifetime + lifetime / 10
    }

    /// What contradicts the policy.
    func problems(of configuration: SessionConfiguration) -> [String] {
        guard let options = self.options else {
            guard configuration.onUnboundUse != .refuse else { return [] }
            return ["onUnboundUse does nothing, because deviceBinding is .off: choose a policy, or leave it out."]
        }
        var problems: [String] = []
        if options.isReportOnly, configuration.onUnboundUse == .endSession {
            problems.append(
                """
                onUnboundUse is .endSession, and deviceBinding is .reportOnly, which ends and refuses nothing: use \
                .offered, or leave onUnboundUse out.
                """
            )
        }
        if !(.seconds(1) ... .days(1)).contains(options.cookieLifetime) {
            problems.append("deviceBinding.cookieLifetime is \(options.cookieLifetime): give 1 second to 1 day.")
        }
        if configuration.cookie.isPartitioned {
            problems.append("deviceBinding needs a cookie that browsers can bind: they bind none that is Partitioned.")
        }
        if configuration.cookie.secure == .never {
            problems.append("deviceBinding needs a cookie that is Secure: browsers bind sessions over HTTPS alone.")
        }
        for path in [options.registrationPath, options.refreshPath] + options.openPaths
        where LocalRedirect(path)?.location != path || path.contains("?") {
            problems.append("\"\(UntrustedText.escaped(path))\" of deviceBinding is no path: write it as /name.")
        }
        return problems
    }
}
