import Foundation
import Plotting
import Reports

extension SampleFigures {
  private static func training(_ id: String, points: Int, isLog: Bool) -> Figure {
    var data = SampleData(seed: 41)
    let steps = (0..<points).map { index -> Double in
      isLog ? (pow(10, Double(index) / Double(points - 1) * 5)).rounded() : Double(index) * 20_000 / Double(points - 1)
    }
    func loss(_ step: Double) -> Double {
      let drop: Double = 1 / (1 + exp((step - 3000) / 350))
      return 2.4 + 5 * exp(-step / 700) + 0.7 * drop
    }
    let training = steps.map { PlotValue(loss($0) + 0.06 * data.normal()) }
    let sparse = stride(from: 0, to: points, by: max(1, points / 24)).map { $0 }
    let validation = sparse.map { place -> PlotValue in
      place == sparse[5] ? .nan : PlotValue(loss(steps[place]) + 0.12 + steps[place] * 9e-6)
    }
    return figure(
      id,
      TrainingCurves(
        title: "Loss of a training",
        curves: [
          Curve("training", x: steps, y: training),
          Curve(
            "validation", x: sparse.map { steps[$0] }, y: validation,
            low: validation.map { $0.number.map { PlotValue($0 - 0.05) } ?? .blank },
            high: validation.map { $0.number.map { PlotValue($0 + 0.05) } ?? .blank }),
        ], quantity: "loss (nats)", isLogStep: isLog, interval: "95 % intervals over documents",
        checkpoints: isLog ? [10, 100, 1000, 10_000] : [5000, 10_000, 15_000],
        phase: TrainingCurves.Phase(
          "induction heads form", words: "where induction heads form", steps: 2200...3900),
        best: 1))
  }

  private static func gradients() -> Figure {
    var data = SampleData(seed: 42)
    let steps = (0..<60).map { Double($0) * 50 }
    let curves = [0, 5, 11].map { layer -> Curve in
      let norms = steps.map { step -> Double in
        3 * exp(-step / 600) + 0.2 + 0.15 * Double(layer) * exp(-step / 2000) + 0.05 * abs(data.normal())
      }
      let y = norms.enumerated().map { index, norm in layer == 5 && index == 22 ? PlotValue.infinite : PlotValue(norm) }
      return Curve(
        "layer \(layer)", x: steps, y: y, low: y.map { $0.number.map { PlotValue($0 * 0.7) } ?? .blank },
        high: y.map { $0.number.map { PlotValue($0 * 1.5) } ?? .blank })
    }
    return figure(
      "gradient-norm-by-step",
      TrainingCurves(
        title: "Gradient norm by step", curves: curves, quantity: "gradient norm ‖\\it{g}‖_{2}", isLogValue: true,
        interval: "lowest and highest of 8 batches"))
  }

  private static func probes(_ id: String, _ tasks: [(String, Double, Double)]) -> Figure {
    var data = SampleData(seed: 43)
    let layers = (0...12).map(Double.init)
    return figure(
      id,
      ProbeCurves(
        title: "Probes by layer",
        tasks: tasks.map { name, peak, chance in
          func curve(_ top: Double, _ rise: Double) -> Curve {
            let y = layers.map { layer -> Double in
              let distance: Double = (layer - peak) / 7
              return min(top - rise * distance * distance + 0.01 * data.normal(), 0.99)
            }
            return Curve(
              "", x: layers, y: readings(y), low: readings(y.map { $0 - 0.02 }), high: readings(y.map { $0 + 0.02 }))
          }
          return .init(name, accuracy: curve(0.95, 0.12), control: curve(0.66, 0.1), chance: chance)
        }, interval: "95 % intervals over five seeds"))
  }

  private static func pruning() -> Figure {
    let share = (0...20).map { Double($0) / 20 }
    func kept(_ steepness: Double) -> [PlotValue] {
      share.map { removed -> PlotValue in
        let fall: Double = exp((removed - 0.62) * steepness)
        return PlotValue(0.5 + 0.42 / (1 + fall))
      }
    }
    let random = share.map { 0.5 + 0.42 * exp(-$0 * 4) }
    return figure(
      "pruning",
      PruningCurves(
        title: "Pruning of heads",
        curves: [
          Curve("by gradient", x: share, y: kept(14)), Curve("by entropy", x: share, y: kept(8)),
          Curve(
            "at random", x: share, y: readings(random), low: readings(random.map { $0 - 0.04 }),
            high: readings(random.map { $0 + 0.04 })),
        ], quantity: "accuracy", parts: "heads", interval: "one standard deviation over seeds", baseline: 0.92,
        chance: 0.5))
  }

  private static func ridges(_ id: String, _ count: Int) -> Figure {
    var data = SampleData(seed: 44)
    let edges = (0...60).map { Double($0) / 5 - 9 }
    let counts = (0..<count).map { (step: Int) -> [Double] in
      let middle = -1 - 5 * Double(step) / Double(count)
      return edges.dropLast().map { edge in
        let distance: Double = (edge - middle) / (1.1 - 0.4 * Double(step) / Double(count))
        return (2000 * exp(-distance * distance / 2) * (0.9 + 0.2 * data.uniform())).rounded()
      }
    }
    return figure(
      id,
      StepRidges(
        title: "Gradient elements by step", steps: (0..<count).map { $0 * 200 }, edges: edges, counts: counts,
        gaps: (0..<count).map { $0 == 3 ? 12 : 0 }, quantity: "log_{10} |\\it{g}|"))
  }

  private static func powerLaws() -> Figure {
    var data = SampleData(seed: 45)
    let alphas = [("attn.c_attn", 2.6), ("attn.c_proj", 3.8), ("mlp.c_fc", 5.1)]
    return figure(
      "power-law",
      PowerLawSpectrum(
        title: "Eigenvalues of the matrices of layer 3",
        matrices: alphas.map { name, alpha in
          // Inverse of the share above a value, from 0.8 on; below it a bulk.
          let tail = (0..<220).map { _ -> Double in 0.8 * pow(1 - data.uniform(), -1 / (alpha - 1)) }
          let bulk = (0..<480).map { _ -> Double in 0.02 + 0.78 * data.uniform() }
          return .init(name, eigenvalues: tail + bulk, fit: (alpha, 0.8))
        }))
  }

  private static func sparklines() -> Figure {
    var data = SampleData(seed: 46)
    let names: [(String, Double, Double?)] = [
      ("mean entropy", 0.6, nil), ("induction score", 0.4, 0.2), ("dead heads", 3, nil), ("effective rank", 212, 150),
      ("test loss", 2.31, nil), ("loss spikes", 0.04, nil),
    ]
    return figure(
      "sparklines",
      Sparklines(
        title: "Trends over 24 runs",
        rows: names.enumerated().map { row, entry in
          var value = entry.1
          var values = (0..<24).map { _ -> PlotValue in
            value += 0.06 * entry.1 * data.normal()
            return PlotValue(value)
          }
          if row == 2 { values[11] = .nan }
          if row == 3 { (values[4], values[5]) = (.missing, .missing) }
          if row == 5 { values[23] = .notApplicable }
          return .init(entry.0, values, threshold: entry.2)
        }))
  }

  static let curves: [Figure] = [
    training("training", points: 2400, isLog: false), training("training-log", points: 240, isLog: true), gradients(),
    probes("probe", [("part of speech", 4, 0.06)]),
    probes("probe-tasks", [("part of speech", 4, 0.06), ("dependency", 6, 0.03), ("sentiment", 10, 0.5)]), pruning(),
    ridges("step-ridges", 12), ridges("step-ridges-80", 80), powerLaws(), sparklines(),
    layers("layer-step-map", 4), layers("layer-step-map-24", 24), variants(), ranking(),
  ]

  private static func layers(_ id: String, _ count: Int) -> Figure {
    var data = SampleData(seed: 61)
    let steps = (0..<240).map { Double($0) * 25 }
    let curves = (0..<count).map { layer -> Curve in
      let depth = Double(layer) / Double(count)
      let y = steps.enumerated().map { index, step -> PlotValue in
        if layer == count / 2, index == 120 { return .infinite }
        return PlotValue((0.2 + 4 * depth * exp(-step / 1200)) * exp(0.2 * data.normal()))
      }
      return Curve("block \(layer)", x: steps, y: y)
    }
    return figure(
      id,
      LayerStepMap(
        title: "Gradient norm by layer over the training", curves: curves, quantity: "gradient norm", symbol: "‖g‖₂"))
  }

  private static let variantNames = [
    "Pre-LN", "Post-LN", "Post-LN with warm-up", "Sandwich-LN", "no norm", "no residual",
  ]

  private static func variants() -> Figure {
    var data = SampleData(seed: 62)
    let steps = (0...20).map { Double($0) * 100 }
    let curves = variantNames.enumerated().map { index, name -> Curve in
      let y = steps.map { step in 2.5 + 0.3 * Double(index) + 4 * exp(-step / (300 + 150 * Double(index))) }
      let spread = steps.map { _ in 0.04 + 0.05 * data.uniform() }
      return Curve(
        name, x: steps, y: readings(y), low: readings(zip(y, spread).map { $0 - $1 }),
        high: readings(zip(y, spread).map { $0 + $1 }))
    }
    return figure(
      "study-variants",
      VariantCurves(
        title: "Loss over the training: norms", curves: curves, quantity: "loss (nats)", place: "step",
        isLogValue: false, isWhole: false, about: "Validation loss by step."))
  }

  private static func ranking() -> Figure {
    figure(
      "study-loss",
      LossRanking(
        rows: variantNames.enumerated().map { index, name in
          let loss = 2.6 + 0.31 * Double(index * 5 % 6)
          return LossRanking.Row(name: name, values: [loss - 0.05, loss, loss + 0.09], isBase: index == 0)
        }))
  }

  // MARK: Points, graphs, comparisons

  private static func projection(_ id: String, _ method: String, dimensions: Int) -> Figure {
    var data = SampleData(seed: 47)
    let names = ["NOUN", "VERB", "ADJ", "DET", "PRON", "ADP", "PUNCT", "AUX", "CCONJ", "NUM", ""]
    let labels = (0..<900).map { _ in names[Int(pow(data.uniform(), 1.6) * 11)] }
    let points = labels.enumerated().map { (index: Int, label: String) -> [PlotValue] in
      let group = Double(names.firstIndex(of: label) ?? 0)
      return (0..<dimensions).map { axis -> PlotValue in
        let middle: Double = 3 * cos(group * (1.3 + 0.8 * Double(axis)))
        return index == 9 && axis == 0 ? .nan : PlotValue(middle + 0.6 * data.normal())
      }
    }
    return figure(
      id,
      ProjectionMap(
        subject: "Token vectors by \(method)", method: method, noun: ("token", "tokens"),
        axes: (1...dimensions).map { "\(method) \($0)" }, points: points, labels: labels, label: "upos",
        columns: [("label", labels)]))
  }

  private static func circuit(_ id: String, layers: Int, nodes count: Int, edges: Int) -> Figure {
    var data = SampleData(seed: 48)
    var nodes = [CircuitGraph.Node("tokens", layer: 0, kind: "embedding")]
    for index in 0..<count - 2 {
      let layer = 1 + index * layers / (count - 2)
      let isMLP = data.uniform() < 0.25
      nodes.append(
        .init(
          isMLP ? "MLP \(layer - 1)" : "L\(layer - 1).H\(index % 12)", layer: layer, kind: isMLP ? "MLP" : "head"))
    }
    nodes.append(.init("logits", layer: layers + 1, kind: "logits"))
    var links: [CircuitGraph.Edge] = []
    while links.count < edges {
      let (a, b) = (Int(data.uniform() * Double(count)), Int(data.uniform() * Double(count)))
      guard nodes[a].layer < nodes[b].layer, !links.contains(where: { $0.from == a && $0.to == b }) else { continue }
      let effect = data.normal() * data.normal()
      links.append(.init(from: a, to: b, weight: links.count == 4 ? .nan : PlotValue(effect)))
    }
    return figure(
      id,
      CircuitGraph(
        title: "A circuit", nodes: nodes, edges: links,
        layerNames: ["input"] + (0..<layers).map { "layer \($0)" } + ["output"], quantity: "effect"))
  }

  private static func comparison(_ id: String, _ count: Int, _ style: RunComparison.Style) -> Figure {
    var data = SampleData(seed: 49)
    let before = (0..<count).map { _ in data.uniform() * 0.8 + 0.1 }
    var after = before.map { PlotValue(min(max($0 + 0.18 * data.normal(), 0), 1)) }
    if count > 2 { after[2] = .nan }
    return figure(
      id,
      RunComparison(
        title: "Induction scores of two runs", runs: ("base", "fine-tuned"),
        names: (0..<count).map { "L\($0 / 12).H\($0 % 12)" }, before: readings(before), after: after,
        quantity: "induction score", style: style))
  }

  static let relations: [Figure] = [
    projection("projection-umap", "UMAP", dimensions: 2), projection("projection-space", "t-SNE", dimensions: 3),
    circuit("circuit", layers: 3, nodes: 11, edges: 18), circuit("circuit-60", layers: 12, nodes: 60, edges: 200),
    comparison("slopes", 8, .slopes), comparison("slopes-144", 144, .slopes), comparison("dumbbells", 8, .dumbbells),
    comparison("dumbbells-144", 144, .dumbbells),
  ]
}
