//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation

/// A line chart with logarithmic axes, as SVG.
public struct Chart: Sendable {
    public struct Line: Sendable {
        public var name: String
        public var isDashed = false
        public var points: [(x: Double, y: Double)] = []
    }

    public let title: String
    private let xTitle: String
    private let yTitle: String
    private let isLinear: Bool
    private let nameCount: Int
    public private(set) var lines: [Line]

    /// - Parameters:
    ///   - isLinear: Whether both axes are linear from 0. The default is logarithmic axes.
    ///   - dashed: The name of a second measurement, if any. It is drawn as a dashed line for each line. Its points are
    ///     added to the lines after the others, in the same order.
    public init(
        title: String, xTitle: String, yTitle: String, isLinear: Bool = false, lines: [String], dashed: String? = nil
    ) {
        self.title = title
        self.isLinear = isLinear
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.nameCount = lines.count
        self.lines = lines.map { Line(name: $0) }
        if let dashed { self.lines += lines.map { Line(name: "\($0), \(dashed)", isDashed: true) } }
    }

    /// Adds a point and prints it, because a run to a million takes almost an hour and may be interrupted.
    public mutating func add(_ x: Int, _ y: Double, to line: Int) {
        self.lines[line].points.append((Double(x), y))
        FileHandle.standardError.write(Data("\(self.title): \(self.lines[line].name), \(x): \(y)\n".utf8))
    }

    /// Adds the points of an interrupted run from what it printed, except those that this chart has.
    public mutating func add(printed output: String) {
        for index in self.lines.indices {
            let prefix = "\(self.title): \(self.lines[index].name), "
            for printed in output.split(separator: "\n") where printed.hasPrefix(prefix) {
                let parts = printed.dropFirst(prefix.count).split(separator: ": ")
                guard parts.count == 2, let x = Double(parts[0]), let y = Double(parts[1]),
                    !self.lines[index].points.contains(where: { $0.x == x })
                else { continue }
                self.lines[index].points.append((x, y))
            }
            self.lines[index].points.sort { $0.x < $1.x }
        }
    }

    private static let (width, height, left, right, top, bottom) = (720.0, 400.0, 100.0, 36.0, 72.0, 56.0)
    private static let colors = ["#0b6bcb", "#c4481c", "#2e7d32", "#7b3fa0"]

    public var svg: String {
        let all = self.lines.flatMap(\.points)
        let x = Axis(all.map(\.x), isLinear: self.isLinear, from: Self.left, to: Self.width - Self.right)
        let y = Axis(all.map(\.y), isLinear: self.isLinear, from: Self.height - Self.bottom, to: Self.top)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width.text) \(Self.height.text)" \
            font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="\(self.title)">
            """,
            ##"<rect width="100%" height="100%" fill="#ffffff"/>"##,
            Self.text(self.title, Self.left, 24, size: 16, anchor: "start"),
            Self.text(self.xTitle, (Self.left + Self.width - Self.right) / 2, Self.height - 14),
            """
            <text transform="translate(14 \((Self.top + Self.height - Self.bottom) / 2)) rotate(-90)" \
            text-anchor="middle" fill="#333333">\(self.yTitle)</text>
            """,
        ]
        for tick in x.ticks {
            parts.append(Self.rule(x.place(tick), Self.top, x.place(tick), Self.height - Self.bottom))
            parts.append(Self.text(tick.label, x.place(tick), Self.height - Self.bottom + 18))
        }
        for tick in y.ticks {
            parts.append(Self.rule(Self.left, y.place(tick), Self.width - Self.right, y.place(tick)))
            parts.append(Self.text(tick.label, Self.left - 8, y.place(tick) + 4, anchor: "end"))
        }
        for (index, line) in self.lines.enumerated() {
            let color = Self.colors[index % self.nameCount % Self.colors.count]
            let dashes = line.isDashed ? ##" stroke-dasharray="6 4""## : ""
            let places = line.points.map { "\(x.place($0.x).text),\(y.place($0.y).text)" }
            parts.append(
                """
                <polyline fill="none" stroke-width="2" stroke="\(color)"\(dashes) \
                points="\(places.joined(separator: " "))"/>
                """
            )
            for point in line.points {
                parts.append(
                    #"<circle r="3" fill="\#(color)" cx="\#(x.place(point.x).text)" cy="\#(y.place(point.y).text)"/>"#
                )
            }
            guard index < self.nameCount else { continue }
            let room = (Self.width - Self.left - Self.right) / Double(self.nameCount)
            let place = Self.left + Double(index) * min(210, room)
            parts.append(#"<rect x="\#(place.text)" y="40" width="12" height="12" fill="\#(color)"/>"#)
            parts.append(Self.text(line.name, place + 18, 51, anchor: "start"))
        }
        return (parts + ["</svg>", ""]).joined(separator: "\n")
    }

    /// Prints the points and writes the chart to a folder.
    public func draw(_ name: String, in folder: String) throws {
        print("# \(self.title)")
        for line in self.lines {
            for (x, y) in line.points { print("\(line.name)\t\(x)\t\(y)") }
        }
        try Data(self.svg.utf8).write(to: URL(filePath: "\(folder)/\(name).svg"))
    }

    private static func text(
        _ text: String,
        _ x: Double,
        _ y: Double,
        size: Int = 13,
        anchor: String = "middle"
    ) -> String {
        """
        <text x="\(x.text)" y="\(y.text)" font-size="\(size)" text-anchor="\(anchor)" fill="#333333">\(text)</text>
        """
    }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        """
        <line x1="\(x1.text)" y1="\(y1.text)" x2="\(x2.text)" y2="\(y2.text)" stroke="#dddddd"/>
        """
    }
}

/// An axis: logarithmic between two powers of ten, or linear from 0 with four equal parts.
private struct Axis {
    let ticks: [Double]
    private let isLinear: Bool
    private let start: Double
    private let length: Double
    private let (lowest, span): (Double, Double)

    init(_ values: [Double], isLinear: Bool, from start: Double, to end: Double) {
        self.isLinear = isLinear
        self.start = start
        self.length = end - start
        if isLinear {
            let step = Self.step(to: values.max() ?? 1)
            self.ticks = (0...4).map { Double($0) * step }
            (self.lowest, self.span) = (0, 4 * step)
        } else {
            let lowest = log10(values.min() ?? 1).rounded(.down)
            let highest = max(log10(values.max() ?? 1).rounded(.up), lowest + 1)
            self.ticks = (Int(lowest)...Int(highest)).map { pow(10, Double($0)) }
            (self.lowest, self.span) = (lowest, highest - lowest)
        }
    }

    /// A fourth of the axis: the least round number that is large enough.
    private static func step(to highest: Double) -> Double {
        let decade = pow(10, log10(highest / 4).rounded(.down))
        return [1, 2, 2.5, 4, 5, 10].map { $0 * decade }.first { 4 * $0 >= highest } ?? 10 * decade
    }

    func place(_ value: Double) -> Double {
        self.start + ((self.isLinear ? value : log10(value)) - self.lowest) / self.span * self.length
    }
}

extension Double {
    fileprivate var text: String { String((self * 10).rounded() / 10) }

    /// The decimal text of a tick.
    fileprivate var label: String {
        switch self {
        case 1_000_000...: "\((self / 1_000_000).short) million"
        case 10_000...: "\((self / 1_000).short) thousand"
        case 1...: self.short
        case 0: "0"
        // The reciprocal of a power of ten has as many zeros as that power.
        default: "0." + String(repeating: "0", count: Int(-log10(self).rounded()) - 1) + "1"
        }
    }

    /// Without a fraction that is zero.
    private var short: String { self == self.rounded() ? "\(Int(self))" : self.text }
}
