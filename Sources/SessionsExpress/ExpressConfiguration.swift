//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// What an Express application has set up, so that both sides agree: the options of express-session and connect-redis
/// that are about what is signed and stored.
public struct ExpressConfiguration: Sendable {
    /// The secrets that sign cookies: `secret` of express-session.
    public var secrets: ExpressSecrets

    /// Where the application notes who is logged in.
    public var subject: ExpressSubject

    /// What keys begin with: `prefix` of connect-redis. The default is `sess:`.
    public var prefix = "sess:"

    /// How long a session lives whose cookie has no life of its own: `ttl` of connect-redis. The default is 86,400
    /// seconds, a day.
    ///
    /// - Warning: When a session was last used is told from what is left of this life. If connect-redis has a shorter
    ///   `ttl`, active sessions and every fresh login of Express count as unused and are over here; if it has a longer
    ///   one, the idle limit ends sessions later. A record that contradicts this is named in the log, once for each
    ///   kind.
    public var timeToLive = ExpressTimeToLive.lasting(.days(1))

    /// Whether keys live until they are removed: `disableTTL` of connect-redis. The default is false.
    ///
    /// - Warning: The store then never forgets a session by itself, and nobody knows when one was last used: of both
    ///   limits only the absolute one holds.
    public var disablesTimeToLive = false

    /// Whether a use alone writes nothing: `disableTouch` of connect-redis. The default is false.
    ///
    /// - Warning: A use then leaves no trace, so that the idle limit counts from the last change: it ends the session
    ///   of a user who only reads. The same happens if only connect-redis has `disableTouch`.
    public var disablesTouch = false

    /// Makes the ids of new sessions: `genid` of express-session. The default is nil: 24 random bytes in base64url, as
    /// Express makes them.
    ///
    /// - Warning: In Express an id and a signature are all that opens a session. Give an id 128 random bits at least.
    public var makeID: (@Sendable (SessionRequest) throws -> String)?

    /// The property in which a session notes what Express has no place for: when it began, when its user logged in, and
    /// from where. The default is `swiftSession`.
    public var ownProperty = "swiftSession"

    /// The most bytes of a record, for reading and for writing. A longer one of Express opens no session here and stays
    /// as it is; a longer one of ours is refused with `valuesTooLarge`. The default is nil: eight times
    /// `configuration.maximumValuesSize`, which is 512 KiB unless that was changed.
    public var maximumRecordSize: Int?

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - secrets: The secrets that sign cookies.
    ///   - subject: Where the application notes who is logged in.
    public init(secrets: ExpressSecrets, subject: ExpressSubject) {
        self.secrets = secrets
        self.subject = subject
    }
}

extension ExpressConfiguration {
    /// The most bytes of a record. A byte of a value may be six in JSON.
    func recordSizeLimit(_ configuration: SessionConfiguration) -> Int {
        self.maximumRecordSize ?? configuration.maximumValuesSize * 8
    }
}
