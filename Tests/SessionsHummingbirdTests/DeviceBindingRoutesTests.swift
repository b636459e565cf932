//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && DeviceBinding
import Sessions
import SessionsHummingbird
import Testing

@Suite("Routes of device binding")
struct DeviceBindingRoutesTests {
    @Test("routes without a policy are refused")
    func off() {
        #expect(throws: SessionError.self) {
            try DeviceBindingRoutes<TestRequestContext>(SessionConfiguration())
        }
    }
}
#endif
