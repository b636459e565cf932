//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

extension HTTPFields {
    /// Marks a response as private to one visitor, so that no shared cache serves it to another (CVE-2023-30861).
    ///
    /// - Parameters:
    ///   - field: The request field that the response depends on.
    ///   - forbidsStorage: Whether the browser's own cache must not keep it either. With `private` the back button
    ///     shows a page after its user has logged out; with `no-store` it does not (ASVS 5.0, 14.3.2).
    package mutating func keepPrivate(varyingBy field: HTTPField.Name, forbiddingStorage forbidsStorage: Bool = false) {
        if !self.contains(.vary) {
            self[.vary] = field.rawName
        } else if !self.lists([field.canonicalName, "*"], in: .vary) {
            self[values: .vary].append(field.rawName)
        }
        let allowed = forbidsStorage ? ["no-store"] : ["no-store", "private"]
        if self.lists(["public"], in: .cacheControl) || !self.lists(allowed, in: .cacheControl) {
            self[.cacheControl] = "no-store"
        }
        self.removeSharedCacheRules()
    }

    /// Removes fields that override `Cache-Control` for some shared caches.
    mutating func removeSharedCacheRules() {
        // There are almost never any, which one lookup shows without a copy.
        guard self.indices.contains(where: { self[$0].name.isSharedCacheRule }) else { return }
        self.removeAll { $0.name.isSharedCacheRule }
    }

    /// Whether a list contains one of several items, compared case-insensitively.
    private func lists(_ items: [String], in field: HTTPField.Name) -> Bool {
        self.listItems(of: field).contains { items.contains($0.lowercased()) }
    }
}

extension HTTPField.Name {
    /// Whether shared caches prefer this field to `Cache-Control`: RFC 9213, and vendor fields from before it.
    fileprivate var isSharedCacheRule: Bool {
        let name = self.canonicalName
        switch name.utf8.count {
        case 12: return name == "edge-control"
        case 15: return name == "x-accel-expires"
        case 17: return name == "surrogate-control" || name == "cdn-cache-control"
        case 18...: return name.hasSuffix("-cdn-cache-control")
        default: return false
        }
    }
}
