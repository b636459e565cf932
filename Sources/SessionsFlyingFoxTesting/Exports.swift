//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
/// The browser, the manual clock, and the other tools that do not depend on a framework.
@_exported public import SessionsTesting
#endif
