//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a record keeps of the device that a session is bound to.
///
/// ```
/// binding = challenge key (32 bytes) · floor (8) · device?
/// device  = public key (64) · bound at (8) · proven at (8)
/// ```
///
/// Words are little-endian, times are milliseconds since 1970 in two's complement.
package struct DeviceBinding: Sendable, Equatable {
    /// A device that registered its key.
    package struct Device: Sendable, Equatable {
        /// The coordinates x and y of a point of P-256, 32 bytes each.
        package let publicKey: [UInt8]
        /// When the key was registered.
        package let boundAt: SessionInstant
        /// When the device last proved that it has the private key.
        package var provenAt: SessionInstant

        package init(publicKey: [UInt8], boundAt: SessionInstant, provenAt: SessionInstant) {
            self.publicKey = publicKey
            self.boundAt = boundAt
            self.provenAt = provenAt
        }
    }

    /// The key of the challenges.
    package let challengeKey: [UInt8]
    /// The position of the last challenge that was used.
    package var floor: SessionInstant
    /// The device; nil as long as a registration is only offered.
    package var device: Device?

    private static let challengeKeyByteCount = 32
    private static let publicKeyByteCount = 64
    private static let offeredByteCount = challengeKeyByteCount + 8
    private static let boundByteCount = offeredByteCount + publicKeyByteCount + 16

    /// The binding of a session that offers a registration.
    init(random: SessionRandom, now: SessionInstant) {
        self.challengeKey = random.bytes(count: Self.challengeKeyByteCount)
        self.floor = now
    }

    /// A binding that cannot be read: a device that never proves anything, so that the session opens nothing.
    private init() {
        self.challengeKey = []
        self.floor = .distantFuture
        self.device = Device(publicKey: [], boundAt: .distantPast, provenAt: .distantPast)
    }

    private init?(_ bytes: [UInt8], in range: Range<Int>) {
        var reader = ByteReader(bytes, in: range)
        guard let key = reader.readRange(count: Self.challengeKeyByteCount), let floor = reader.readInstant() else {
            return nil
        }
        self.challengeKey = Array(bytes[key])
        self.floor = floor
        guard !reader.isAtEnd else { return }
        guard let publicKey = reader.readRange(count: Self.publicKeyByteCount), let boundAt = reader.readInstant(),
            let provenAt = reader.readInstant(), reader.isAtEnd
        else { return nil }
        self.device = Device(publicKey: Array(bytes[publicKey]), boundAt: boundAt, provenAt: provenAt)
    }

    private var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 120)
        writer.write(self.challengeKey)
        writer.write(instant: self.floor)
        if let device {
            writer.write(device.publicKey)
            writer.write(instant: device.boundAt)
            writer.write(instant: device.provenAt)
        }
        return writer.bytes
    }
}

/// The binding is one of the fields that ``SessionRecordCodec`` does not interpret, and servers that do not know it
/// keep it. A record without one has no room for it, and its encoding takes no step for it.
extension DeviceBinding {
    /// The tag of the field.
    static let tag: UInt64 = 16

    /// Finds the binding among the fields that the codec does not interpret.
    ///
    /// - Returns: Nil if there is none. For one that cannot be read, a binding that opens nothing.
    init?(inFields fields: [UInt8]) {
        var reader = ByteReader(fields)
        while let tag = reader.readVarint(), let range = reader.readCounted() {
            guard tag == Self.tag else { continue }
            self = DeviceBinding(fields, in: range) ?? DeviceBinding()
            return
        }
        return nil
    }

    /// When the device last proved itself, read without the rest; nil if no device is bound.
    static func provenAt(inFields fields: [UInt8]) -> SessionInstant? {
        var reader = ByteReader(fields)
        while let tag = reader.readVarint(), let range = reader.readCounted() {
            guard tag == Self.tag else { continue }
            if range.count == Self.offeredByteCount { return nil }
            guard range.count == Self.boundByteCount else { return .distantPast }
            var field = ByteReader(fields, in: (range.upperBound - 8)..<range.upperBound)
            return field.readInstant()
        }
        return nil
    }

    /// Fields with this binding in place of the one that they have.
    static func replacing(_ binding: DeviceBinding?, inFields fields: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        if let binding {
            writer.write(varint: Self.tag)
            writer.write(counted: binding.bytes)
        }
        // Tags ascend, and every other field here is of a later version.
        var reader = ByteReader(fields)
        var start = reader.offset
        while let tag = reader.readVarint(), reader.readCounted() != nil {
            if tag != Self.tag { writer.write(fields[start..<reader.offset]) }
            start = reader.offset
        }
        return writer.bytes
    }
}

extension DeviceBinding: CustomStringConvertible, CustomReflectable {
    /// Whether there is a device. Keys are not printed.
    package var description: String { "DeviceBinding(\(self.device == nil ? "offered" : "bound"))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SessionRecord {
    /// The device that the session is bound to, or may be bound to; nil if no registration was offered.
    package var deviceBinding: DeviceBinding? {
        get { self.unknownFields.isEmpty ? nil : DeviceBinding(inFields: self.unknownFields) }
        set { self.unknownFields = DeviceBinding.replacing(newValue, inFields: self.unknownFields) }
    }

    /// Whether the session is bound to a device, whose cookie is short-lived and renewed by proof.
    public var isDeviceBound: Bool { self.deviceProvenAt != nil }

    /// When the device of the session last proved itself; nil if the session is not bound.
    var deviceProvenAt: SessionInstant? {
        let fields = self.unknownFields
        return fields.isEmpty ? nil : DeviceBinding.provenAt(inFields: fields)
    }
}
