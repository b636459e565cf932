//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import NIOCore
import NIOHTTP1
import Vapor

/// An upgrader whose response has further header fields.
struct FieldAddingUpgrader: Upgrader {
    let upgrader: any Upgrader
    let fields: HTTPHeaders

    func applyUpgrade(req: Request, res: Response) -> any HTTPServerProtocolUpgrader {
        ProtocolUpgrader(upgrader: self.upgrader.applyUpgrade(req: req, res: res), fields: self.fields)
    }

    private struct ProtocolUpgrader: HTTPServerProtocolUpgrader {
        let upgrader: any HTTPServerProtocolUpgrader
        let fields: HTTPHeaders

        var supportedProtocol: String { self.upgrader.supportedProtocol }
        var requiredUpgradeHeaders: [String] { self.upgrader.requiredUpgradeHeaders }

        func buildUpgradeResponse(
            channel: any Channel,
            upgradeRequest: HTTPRequestHead,
            initialResponseHeaders: HTTPHeaders
        ) -> EventLoopFuture<HTTPHeaders> {
            let fields = self.fields
            return self.upgrader.buildUpgradeResponse(
                channel: channel, upgradeRequest: upgradeRequest, initialResponseHeaders: initialResponseHeaders
            ).map { headers in
                var headers = headers
                headers.add(contentsOf: fields)
                return headers
            }
        }

        func upgrade(context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Void> {
            self.upgrader.upgrade(context: context, upgradeRequest: upgradeRequest)
        }
    }
}
#endif
