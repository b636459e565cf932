//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension HTTPRequest {
    /// The path without its query. Of a target with a scheme and a host, the path behind them.
    var targetPath: Substring {
        let target = self.target
        return target.prefix { $0 != "?" && $0 != "#" }
    }

    /// The values of a query parameter, decoded.
    func queryValues(of name: String) -> [String] {
        let query = self.target.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }
        return FormField.values(named: name, in: Array(query.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private var target: Substring {
        let target = self.path ?? ""
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else { return target[...] }
        return target[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
    }
}
