import Drawing
package import Plotting
import Support

/// A number of many components in two runs, as slopes from one to the other or as dumbbells.
package struct RunComparison: FigureContent {
  package enum Style: Sendable { case slopes, dumbbells }

  package let title: String
  let runs: (before: String, after: String)
  /// "L5.H1".
  let names: [String]
  let before: [PlotValue]
  let after: [PlotValue]
  /// "induction score".
  let quantity: String
  let style: Style

  package init(
    title: String, runs: (before: String, after: String), names: [String], before: [PlotValue], after: [PlotValue],
    quantity: String, style: Style
  ) {
    precondition(!names.isEmpty && before.count == names.count && after.count == names.count)
    self.title = title
    self.runs = runs
    self.names = names
    self.before = before
    self.after = after
    self.quantity = quantity
    self.style = style
  }

  var changes: [PlotValue] { difference(after, before) }

  private var most: Int { style == .slopes ? 12 : 18 }

  /// Those that changed most, in the order in which they are given; after them, where there is room, those that lack a
  /// number in one of the runs.
  private var shown: [Int] {
    let gaps = names.indices.filter { changes[$0].number == nil }
    return (changes.largest(most) + gaps).prefix(most).sorted()
  }

  package var what: String {
    let cut =
      shown.count < names.count
      ? phrase(
        "runComparison.shownNamesChanged",
        [
          "shown": shown.count, "names": names.count,
          "phrase": (style == .slopes ? phrase("runComparison.theOthersAreGrey") : phrase("runComparison.andShown")),
        ]) : ""
    return phrase(
      "runComparison.capitalisedfirstBeforeAfter",
      [
        "capitalisedFirst": quantity.capitalisedFirst, "before": runs.before, "after": runs.after, "cut": cut,
        "phrase": (style == .slopes ? phrase("runComparison.blueRisesRed") : ""),
      ])
  }

  package var altText: String {
    let changes = changes
    let top = changes.largest(3).map { place in
      phrase(
        "runComparison.placeFromNumber",
        [
          "place": names[place], "number": before[place].number.map { NumberFormat.text($0) } ?? "",
          "number2": (after[place].number.map { NumberFormat.text($0) } ?? ""),
        ])
    }
    let rising = changes.count { ($0.number ?? 0) > 0 }
    let falling = changes.count { ($0.number ?? 0) < 0 }
    return
      phrase(
        "runComparison.namesRisingRise",
        [
          "names": names.count, "rising": rising, "falling": falling, "range": Seen.range(changes, names),
          "top": listed(top),
        ])
  }

  package var plot: any Plottable { style == .slopes ? slopes : dumbbells }

  /// Where the runs stand among seven places: names and numbers have the room at the right.
  private static let ends = [1.0, 4.0]

  private var slopes: Plot {
    let chosen = shown
    let isChosen = Set(chosen)
    func line(_ place: Int, _ paint: Paint) -> LineMark {
      LineMark(x: Self.ends, y: [before[place], after[place]], paint: paint, hasDots: true)
    }
    var marks: [any Mark] = names.indices.filter { !isChosen.contains($0) }.map { line($0, .grid) }
    marks += chosen.map { place in
      let change = changes[place].number ?? 0
      return line(place, change == 0 ? .other : change > 0 ? .category(0) : .category(5))
    }
    func texts(_ values: [PlotValue], _ x: Double, _ text: (Int) -> String, _ offset: Double) -> TextMark {
      let places = chosen.filter { values[$0].number != nil }
      var mark = TextMark(
        x: places.map { _ in x }, y: places.map { values[$0].number ?? 0 }, texts: places.map(text),
        horizontal: offset > 0 ? .start : .end, offset: Point(offset, 0))
      mark.isSpread = true
      return mark
    }
    // As many decimals as show the range in three digits.
    let size = Plotting.extent(before + after).map { max(abs($0.lowerBound), abs($0.upperBound)) } ?? 1
    func number(_ reading: PlotValue) -> String {
      reading.number.map { NumberFormat.fixed($0, decimals: size >= 100 ? 0 : size >= 10 ? 1 : 2) } ?? ""
    }
    marks.append(texts(after, Self.ends[1], { "\(number(after[$0])) \(names[$0])" }, 8))
    marks.append(texts(before, Self.ends[0], { number(before[$0]) }, -8))
    return Plot(
      title, x: Axis(.point(["", runs.before, "", "", runs.after, "", ""].map(CategoryLabel.name))),
      y: Axis(.linear, quantity),
      shape: .ratio(0.9), marks: marks)
  }

  private var dumbbells: Plot {
    let chosen = shown
    let places = chosen.indices.map(Double.init)
    func dots(_ values: [PlotValue], _ paint: Paint, _ shape: DotShape, _ name: String) -> DotMark {
      DotMark(
        x: chosen.map { values[$0] }, y: places.map(PlotValue.init), paint: paint, radius: 4.5, shape: shape, name: name
      )
    }
    return Plot(
      title, x: Axis(.linear, quantity), y: .categories(chosen.map { names[$0] }, ""),
      shape: .lines(chosen.count, height: 15),
      marks: [
        IntervalMark(
          x: places, low: chosen.map { before[$0] }, high: chosen.map { after[$0] }, paint: .muted, isLevel: true),
        dots(before, .category(0), .disc, runs.before), dots(after, .category(5), .square, runs.after),
      ])
  }

  package var table: DataTable {
    DataTable([
      ("name", .texts(names)), ("before", .readings(before)), ("after", .readings(after)),
      ("change", .readings(changes)),
    ])
  }
}

/// What is left of each number of one list by that of another; where one has none, the reason of the first that lacks it.
func difference(_ after: [PlotValue], _ before: [PlotValue]) -> [PlotValue] {
  zip(after, before).map { after, before in
    guard let a = after.number else { return after }
    guard let b = before.number else { return before }
    return PlotValue(a - b)
  }
}
