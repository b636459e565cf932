//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// A duration in one number and one unit, as `kubectl` writes ages: `12s`, `5m`, `3h`, `41d`.
package enum ShortDuration {
    package static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7_200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3_600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}

/// A number of bytes in one number and one unit.
package enum ByteCount {
    package static func text(_ count: Int) -> String {
        switch count {
        case ..<10_240: "\(count) B"
        case ..<10_485_760: "\(count / 1_024) KiB"
        case ..<10_737_418_240: "\(count / 1_048_576) MiB"
        default: "\(count / 1_073_741_824) GiB"
        }
    }
}
#endif
