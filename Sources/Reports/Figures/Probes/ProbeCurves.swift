package import Plotting
import Support

/// What a probe reads from each layer, beside what it can learn of a task without meaning.
package struct ProbeCurves: FigureContent {
  package struct Task: Sendable {
    package var name: String
    /// Over layers or residual points.
    package var accuracy: Curve
    /// With labels drawn at random by word (Hewitt & Liang 2019); nil where it was not run.
    package var control: Curve?
    /// Of guessing; nil where it is not known.
    package var chance: Double?
    /// How one guesses: "chance", "majority".
    package var guess: String
    /// With intervals of its own where these were measured.
    private let measuredSelectivity: Curve?

    package init(
      _ name: String, accuracy: Curve, control: Curve? = nil, selectivity: Curve? = nil, chance: Double? = nil,
      guess: String = phrase("legend.chance")
    ) {
      precondition([control, selectivity].allSatisfy { $0.map { $0.x == accuracy.x } ?? true })
      self.name = name
      self.accuracy = accuracy
      self.control = control
      measuredSelectivity = selectivity
      self.chance = chance
      self.guess = guess
    }

    /// Accuracy less that of the control task.
    var selectivity: Curve? {
      if let measuredSelectivity { return measuredSelectivity }
      return control.map { control in
        Curve(
          phrase("legend.selectivity"), x: accuracy.x,
          y: zip(accuracy.y, control.y).map { a, b in
            guard let x = a.number, let y = b.number else { return a.number == nil ? a : b }
            return PlotValue(x - y)
          })
      }
    }
  }

  package let title: String
  let tasks: [Task]
  /// Along the axis below: "layer".
  let place: String
  let interval: String

  package init(title: String, tasks: [Task], place: String = phrase("axis.layer"), interval: String = "") {
    precondition(!tasks.isEmpty)
    self.title = title
    self.tasks = tasks
    self.place = place
    self.interval = interval
  }

  private var hasControl: Bool { tasks.contains { $0.control != nil } }

  package var what: String {
    phrase(
      "probeCurves.accuracyProbesEach",
      [
        "place": place,
        "tasks":
          (tasks.count > 1
          ? phrase("probeCurves.forTasks", ["tasks": listed(tasks.map(\.name))])
          : phrase("probeCurves.forTasks", ["tasks": tasks[0].name])),
        "phrase":
          (hasControl
          ? phrase("probeCurves.controlTaskGives") : ""),
        "interval": tasks.flatMap { [$0.accuracy] + ($0.control.map { [$0] } ?? []) }.words(interval),
      ])
  }

  package var altText: String {
    tasks.map { task in
      var text = phrase(
        "probeCurves.taskAccuracyGoes", ["task": task.name, "range": Seen.range(task.accuracy.y, names(task.accuracy))])
      if let selectivity = task.selectivity {
        text += phrase("probeCurves.selectivityGoesRange", ["range": Seen.range(selectivity.y, names(selectivity))])
      }
      if let chance = task.chance {
        text += phrase("probeCurves.chanceIsChance", ["name": task.guess, "chance": NumberFormat.text(chance)])
      }
      return text + "."
    }.joined(separator: " ")
  }

  private func names(_ curve: Curve) -> [String] { curve.x.map { "\(place) \(NumberFormat.text($0))" } }

  package var extent: Figure.Extent { tasks.count > 1 ? .text : .column }

  package var plot: any Plottable {
    let panels = tasks.map { task -> Plot.Panel in
      func named(_ curve: Curve, _ name: String) -> Curve {
        var curve = curve
        curve.name = name
        return curve
      }
      var marks = named(task.accuracy, phrase("axis.accuracy")).marks(.category(0))
      if let control = task.control {
        marks += named(control, phrase("probeCurves.controlTask")).marks(.category(1), dash: [5, 2])
      }
      if let selectivity = task.selectivity {
        marks += named(selectivity, phrase("legend.selectivity")).marks(.category(2), dash: [1.5, 1.5])
      }
      if let chance = task.chance { marks.append(RuleMark(.atY, chance, name: task.guess)) }
      return Plot.Panel(tasks.count > 1 ? task.name : "", marks)
    }
    let readings = tasks.flatMap { task in
      task.accuracy.y + task.accuracy.low + (task.selectivity.map { $0.y + $0.low } ?? [])
    }
    let foot = min(0, (Plotting.extent(readings)?.lowerBound ?? 0) * 1.05)
    return Plot(
      title, x: .integers(place),
      y: Axis(
        .linear, hasControl ? phrase("probeCurves.accuracySelectivity") : phrase("axis.accuracy"), domain: foot...1),
      shape: .ratio(tasks.count > 1 ? 0.8 : 0.6), columns: min(tasks.count, 3), panels: panels)
  }

  package var table: DataTable {
    tasks.flatMap { task in
      [("accuracy", task.accuracy), ("control", task.control), ("selectivity", task.selectivity)].compactMap {
        name, curve in
        curve.map { Curve("\(task.name): \(name)", x: $0.x, y: $0.y, low: $0.low, high: $0.high) }
      }
    }.table("curve", x: place, y: "accuracy")
  }
}
