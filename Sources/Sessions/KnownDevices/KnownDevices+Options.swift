//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension KnownDevices {
    /// The options of known devices.
    public struct Options: Sendable {
        /// The cookie of a device. The default is `__Host-device`, with the attributes of ``SessionCookie/standard``.
        /// Its name differs from that of the session's cookie. It lives for 400 days, the longest that browsers allow.
        public var cookie = SessionCookie(name: "__Host-device")

        /// What a login from a device that is new to its user does. The default is ``TheftPolicy/report``.
        public var onNewDevice: TheftPolicy = .report

        /// What happens when a session's browser family or operating system changes. The default is
        /// ``TheftPolicy/report``.
        public var onClientChange: TheftPolicy = .report

        /// What happens when a session moves faster than ``maximumSpeed``. The default is ``TheftPolicy/report``.
        public var onPlaceChange: TheftPolicy = .report

        /// Finds the place of an address, in a database of your application. Return nil for an address without a place,
        /// and for those of VPNs and other services that hide it, which such databases list: their places say nothing.
        /// It is called in every ``KnownDevices/check(_:)``, so it must be quick. The default is nil: places are not
        /// checked.
        public var locate: (@Sendable (_ address: String) async -> GeographicPlace?)?

        /// The highest plausible speed, in kilometers per hour. The default is 1,000: airliners fly at about 900.
        public var maximumSpeed = 1_000.0

        /// The distance in kilometers from which a speed is considered, because databases err. The default is 500.
        public var minimumDistance = 500.0

        /// Creates the default options.
        public init() {}

        /// For development over plain HTTP: the cookie is `device`, with `Secure` on secure connections only.
        ///
        /// - Warning: On a plain connection, anyone on the network path can copy the cookie.
        public static var development: Options {
            var options = Options()
            options.cookie = SessionCookie(name: "device", secure: .auto)
            return options
        }

        /// What is wrong, with what to change.
        func problems(_ configuration: SessionConfiguration) -> [String] {
            var problems = self.cookie.problems
            if self.cookie.name == configuration.cookie.name {
                problems.append(
                    "The cookie of devices has the name of the session's cookie, \(self.cookie.name): choose another.")
            }
            if !(self.maximumSpeed > 0) {
                problems.append("maximumSpeed is \(self.maximumSpeed): give a number of km/h greater than 0.")
            }
            if !(self.minimumDistance >= 0) {
                problems.append("minimumDistance is \(self.minimumDistance): give a number of km from 0 on.")
            }
            return problems
        }
    }
}
