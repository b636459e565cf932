//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Sessions

/// The JSON of a server about a bound session, as the draft reads it: a name that is required must be there.
struct DeviceBrowserInstructions: Decodable {
    struct Scope: Decodable {
        struct Rule: Decodable {
            let type: String
            let domain: String
            let path: String
        }

        let origin: String?
        let includeSite: Bool
        let rules: [Rule]

        enum CodingKeys: String, CodingKey {
            case origin
            case includeSite = "include_site"
            case rules = "scope_specification"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.origin = try container.decodeIfPresent(String.self, forKey: .origin)
            self.includeSite = try container.decode(Bool.self, forKey: .includeSite)
            self.rules = try container.decodeIfPresent([Rule].self, forKey: .rules) ?? []
        }
    }

    struct Credential: Decodable {
        let type: String
        let name: String
        let attributes: String

        /// The cookie that the server is to set, or nil if it may not be set from there.
        func cookie(from location: TestLocation) -> TestCookie? {
            TestCookie("\(self.name)=; \(self.attributes)", from: location, now: .distantPast)
        }

        /// Attributes that say how long a cookie lives, or for whom, are not permitted.
        var isPermitted: Bool {
            let names = self.attributes.split(separator: ";").map { attribute in
                attribute.drop { $0 == " " }.prefix { $0 != "=" && $0 != " " }.lowercased()
            }
            return self.type == "cookie" && !self.name.isEmpty
                && names.allSatisfy { ["domain", "path", "secure", "httponly", "samesite"].contains($0) }
        }
    }

    let id: String
    let refreshURL: String?
    let scope: Scope
    let credentials: [Credential]
    let initiators: [String]

    /// The part that says whether the session goes on, and has no other names if it does not.
    struct Continuation: Decodable {
        let continues: Bool

        enum CodingKeys: String, CodingKey { case continues = "continue" }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.continues = try container.decodeIfPresent(Bool.self, forKey: .continues) ?? true
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "session_identifier"
        case refreshURL = "refresh_url"
        case scope, credentials
        case initiators = "allowed_refresh_initiators"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.id = try container.decode(String.self, forKey: .id)
        self.refreshURL = try container.decodeIfPresent(String.self, forKey: .refreshURL)
        self.scope = try container.decode(Scope.self, forKey: .scope)
        self.credentials = try container.decode([Credential].self, forKey: .credentials)
        self.initiators = try container.decodeIfPresent([String].self, forKey: .initiators) ?? []
    }
}
#endif
