//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Looks for secrets in everything that Swift shows of a value: string interpolation, `print`, `dump`, logs and
/// debuggers.
///
/// ```swift
/// let store = MyStore(password: "planted-secret")
/// let search = SecretSearch("planted-secret")
/// #expect(search.findings(in: store).isEmpty)
/// ```
///
/// It follows mirrors into classes, superclasses and collections, and reads all descriptions. It compares an array of
/// bytes as bytes.
public struct SecretSearch: Sendable {
    private let secrets: [String]

    /// Creates a search.
    ///
    /// - Parameter secrets: The planted secrets: texts of at least 8 bytes, which cannot occur by chance. Shorter texts
    ///   are ignored.
    public init(_ secrets: String...) {
        self.secrets = secrets.filter { $0.utf8.count >= 8 }
    }

    /// The places where secrets are shown: paths such as `.pool.string`, in the order in which they were found. Empty
    /// if no secret is shown.
    public func findings(in value: Any) -> [String] {
        var walk = Walk(secrets: self.secrets)
        var dumped = ""
        dump(value, to: &dumped)
        walk.check(dumped, "dump")
        walk.visit(value, path: "", depth: 0)
        return walk.findings
    }

    private struct Walk {
        /// The search goes no deeper, because a deeper structure is a linked list.
        static let maximumDepth = 40

        let secrets: [String]
        var findings: [String] = []
        private var visited: Set<ObjectIdentifier> = []

        init(secrets: [String]) {
            self.secrets = secrets
        }

        mutating func check(_ text: String, _ path: String) {
            if self.secrets.contains(where: { text.contains($0) }) { self.findings.append(path) }
        }

        private mutating func check(_ bytes: [UInt8], _ path: String) {
            let isPresent = self.secrets.contains { secret in
                let secret = Array(secret.utf8)
                guard bytes.count >= secret.count else { return false }
                return (0...bytes.count - secret.count).contains { bytes[$0...].starts(with: secret) }
            }
            if isPresent { self.findings.append(path) }
        }

        mutating func visit(_ value: Any, path: String, depth: Int) {
            guard depth < Self.maximumDepth else { return }
            if let bytes = value as? [UInt8] { return self.check(bytes, path) }
            let mirror = Mirror(reflecting: value)
            if mirror.displayStyle == .class {
                guard self.visited.insert(ObjectIdentifier(value as AnyObject)).inserted else { return }
            }
            self.check(String(describing: value), path + ".description")
            self.check(String(reflecting: value), path + ".debugDescription")
            var next: Mirror? = mirror
            while let current = next {
                for (index, child) in current.children.enumerated() {
                    self.visit(child.value, path: "\(path).\(child.label ?? "\(index)")", depth: depth + 1)
                }
                next = current.superclassMirror
            }
        }
    }
}
