//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The options of a page of all sessions.
public struct AdministrationPageConfiguration: Sendable {
    /// The template that renders the page as HTML. The default is ``AdministrationPageTemplate/standard``.
    public var template: AdministrationPageTemplate = .standard

    /// A link back to the application. The default is nil: no link.
    public var backLink: ActiveSessionsPageConfiguration.Link?

    /// The name of the form field that carries the session's CSRF token. It must be the name that `CSRFProtection`
    /// uses. The default is `_csrf`.
    public var csrfField = "_csrf"

    /// About how many sessions a page and a JSON list have: 1 to 1,000. The default is 50.
    public var sessionsPerPage = 50

    /// Formats times for people. Each time also has a machine-readable ISO 8601 form. The default writes "21 Nov 2026,
    /// 18:13 UTC".
    public var formatTime: @Sendable (SessionInstant) -> String = { ActiveSessionsPageTime.text(of: $0) }

    /// Creates a configuration with the defaults.
    public init() {}
}
