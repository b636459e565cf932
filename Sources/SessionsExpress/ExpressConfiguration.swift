//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The settings of an Express application that both sides must share: the options of express-session and connect-redis
/// that affect what is signed and stored.
public struct ExpressConfiguration: Sendable {
    /// The secrets that sign cookies: `secret` of express-session.
    public var secrets: ExpressSecrets

    /// The property in which the application stores the user who is logged in.
    public var subject: ExpressSubject

    /// The prefix of keys: `prefix` of connect-redis. The default is `sess:`.
    public var prefix = "sess:"

    /// The lifetime of a session whose cookie has no maximum age: `ttl` of connect-redis. The default is 86,400
    /// seconds, a day.
    ///
    /// - Warning: The time of the last access is computed from the remaining lifetime of the key. If connect-redis has
    ///   a shorter `ttl`, active sessions and every fresh login of Express count as idle and are expired here. If it
    ///   has a longer one, the idle limit ends sessions later. A record that contradicts this setting is logged, once
    ///   for each kind of contradiction.
    public var timeToLive = ExpressTimeToLive.lasting(.days(1))

    /// Whether keys live until they are removed: `disableTTL` of connect-redis. The default is false.
    ///
    /// - Warning: The store then never removes a session by itself, and the time of the last access is unknown: only
    ///   the absolute limit applies, not the idle limit.
    public var disablesTimeToLive = false

    /// Whether an access alone writes nothing: `disableTouch` of connect-redis. The default is false.
    ///
    /// - Warning: Accesses are then not recorded, so the idle limit counts from the last change: it ends the session of
    ///   a user who only reads. The same happens if only connect-redis has `disableTouch`.
    public var disablesTouch = false

    /// Creates the ids of new sessions: `genid` of express-session. The default is nil: 24 random bytes in base64url,
    /// as Express creates them.
    ///
    /// - Warning: In Express, an id and a signature are all that is needed to open a session. Give an id at least 128
    ///   random bits.
    public var makeID: (@Sendable (SessionRequest) throws -> String)?

    /// The property in which a session stores metadata that Express has no place for: when it began, when its user
    /// logged in, and from where. The default is `swiftSession`.
    public var ownProperty = "swiftSession"

    /// The maximum size of a record in bytes, for reading and writing. A longer record of Express opens no session here
    /// and stays unchanged. Writing a longer one is rejected with `valuesTooLarge`. The default is nil: eight times
    /// `configuration.maximumValuesSize`, which is 512 KiB by default.
    public var maximumRecordSize: Int?

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - secrets: The secrets that sign cookies.
    ///   - subject: The property in which the application stores the user who is logged in.
    public init(secrets: ExpressSecrets, subject: ExpressSubject) {
        self.secrets = secrets
        self.subject = subject
    }
}

extension ExpressConfiguration {
    /// The maximum size of a record in bytes. One byte of a value can take six in JSON.
    func recordSizeLimit(_ configuration: SessionConfiguration) -> Int {
        self.maximumRecordSize ?? configuration.maximumValuesSize * 8
    }
}
