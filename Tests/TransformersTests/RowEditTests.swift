import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Edits of rows, and what is asked of rows")
struct RowEditTests {
  private static let models = ["gpt2", "llama", "gpt_neox", "bert_mlm", "t5_gated", "bert_cls", "gpt2_tokens", "vit"]

  @Test(
    "A row that is edited alone has the numbers that it has by itself, and the others their own",
    arguments: ["gpt2", "llama"])
  func rows(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let input = reference.input, d = reference.model.description
    let edits = [
      Edit(d.stack.site(.z, layer: 1), .zero, rows: 1..<2, heads: [1]),
      Edit(d.stack.site(.mlpPost, layer: 0), .scale(3), rows: 1..<2, positions: [2], units: [0, 5]),
    ]
    var request = TraceRequest(sites: [.logits], edits: edits)
    let both = try #require(try reference.model.run(input, request)[.logits])
    request.edits = edits.map { Edit($0.site, $0.operation, positions: $0.positions, heads: $0.heads, units: $0.units) }
    let alone = try #require(try reference.model.run(input.rows(1..<2), request)[.logits])
    request.edits = []
    let plain = try #require(try reference.model.run(input.rows(0..<1), request)[.logits])
    #expect(both[1].values == alone[0].values)
    #expect(both[0].values == plain[0].values)
    #expect(both[1].values != both[0].values)
  }

  @Test("An edit beyond the site is refused, and one that changes nothing is told", arguments: ["gpt2"])
  func bounds(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let site = Site.z(layer: 0)
    for edit in [
      Edit(site, .zero, heads: [4]), Edit(site, .zero, positions: [12]), Edit(site, .zero, units: [6]),
      Edit(site, .zero, rows: 1..<3), Edit(.z(layer: 9), .zero), Edit(Site(.rotatedKey, layer: 0), .zero),
      Edit(site, .replace(Tensor(repeating: 1, shape: [5]))),
    ] {
      #expect(throws: InputError.self) { try reference.model.run(reference.input, TraceRequest(edits: [edit])) }
    }
    let edits = [Edit(site, .scale(1)), Edit(site, .zero, heads: [1]), Edit(site, .zero, heads: [1])]
    #expect(try reference.model.run(reference.input, TraceRequest(edits: edits)).didChange == [false, true, false])
  }

  @Test(
    "A pass that starts behind a block gives the same bytes",
    arguments: ["gpt2", "llama", "gpt_neox", "t5", "bert_mlm"])
  func starts(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description, stack = d.stack
    let memory = d.encoder.map { $0.hasOutput ? $0.site(.finalNorm) : $0.residual(point: $0.layers) }
    let points = (0...stack.layers).map(stack.residual(point:))
    var input = reference.input
    input.labels = nil
    if d.encoder != nil { input = try reference.input.checked(against: d) }
    let whole = try reference.model.run(
      input, TraceRequest(sites: Set(points + [.logits] + (memory.map { [$0] } ?? []))))
    for (layer, point) in points.enumerated() {
      var request = TraceRequest(sites: [.logits])
      request.start = Start(layer: layer, stream: try #require(whole[point]), memory: memory.flatMap { whole[$0] })
      #expect(try reference.model.run(input, request)[.logits]?.values == whole[.logits]?.values, "\(layer)")
    }
  }

  /// Every objective that a model has, a row each.
  private func objectives(_ d: ModelDescription, _ logits: Tensor) -> [Objective.Measure] {
    let width = logits.shape[logits.shape.count - 1]
    let other = Tensor((0..<width).map { Float($0 % 7) * 0.3 }, shape: [width]).logProbabilities
    return [
      .logit(of: [1], minus: [0]), .logit(of: [0, 1]), .logProbability(of: 1), .probability(of: 0),
      .divergence(from: other), .cosine(with: Tensor((0..<d.width).map { Float($0 % 5) - 1.5 }, shape: [d.width])),
    ]
  }

  @Test("An objective is what its formula says of the logits", arguments: models)
  func values(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description, batch = reference.input.batch
    let plain = try reference.model.run(reference.input, TraceRequest(sites: [.logits]))
    let logits = try #require(plain[.logits])
    for measure in objectives(d, logits) {
      var request = TraceRequest()
      request.objectives = (0..<batch).map { _ in Objective(measure, position: logits.shape.count == 3 ? 3 : nil) }
      let found = try reference.model.run(reference.input, request).objectives
      for row in 0..<batch {
        let x = (logits.shape.count == 3 ? logits[row][3] : logits[row]).values.map(Double.init)
        let normalizer = log(x.reduce(0) { $0 + exp($1) })
        let wanted: Double
        switch measure {
        case .logit(let of, let minus):
          func mean(_ tokens: [Int32]) -> Double {
            tokens.isEmpty ? 0 : tokens.reduce(0) { $0 + x[Int($1)] } / Double(tokens.count)
          }
          wanted = mean(of) - mean(minus)
        case .logProbability(let token): wanted = x[Int(token)] - normalizer
        case .probability(let token): wanted = exp(x[Int(token)] - normalizer)
        case .divergence(let other):
          var sum = 0.0
          for (logQ, logit) in zip(other.values.map(Double.init), x) { sum += exp(logQ) * (logQ - logit + normalizer) }
          wanted = sum
        case .cosine, .loss: continue
        }
        #expect(abs(found[row] - wanted) <= 1e-5 * max(1, abs(wanted)), "\(measure)")
      }
    }
  }

  @Test("What a row is asked does not change what another comes to, and what fits no row is refused")
  func mixedObjectives() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let d = reference.model.description, input = reference.input, site = d.stack.residual(point: 1)
    func run(_ measures: [Objective.Measure], _ input: ModelInput) throws -> Trace {
      var request = TraceRequest(gradients: [site])
      request.objectives = measures.map { Objective($0, position: 4) }
      return try reference.model.run(input, request)
    }
    let logit = Objective.Measure.logit(of: [1, 2], minus: [3])
    let alone = try run([logit], input.rows(0..<1))
    let many = Objective.Measure.logit(of: Array(0..<Int32(d.vocabulary - 1)), minus: [5])
    for other in [logit, many, .probability(of: 2), .logProbability(of: 1)] {
      let both = try run([logit, other], input.rows(0..<2))
      #expect(both.objectives[0] == alone.objectives[0], "\(other)")
      #expect(try #require(both.gradients[site])[0].values == alone.gradients[site]?[0].values, "\(other)")
    }
    for wrong: Objective.Measure in [
      .cosine(with: Tensor(repeating: 1, shape: [d.width - 1])),
      .divergence(from: Tensor(repeating: -1, shape: [d.vocabulary + 1])),
    ] {
      #expect(throws: InputError.self) { try run([wrong], input.rows(0..<1)) }
    }
    var unlabelled = input.rows(0..<1)
    unlabelled.labels = nil
    #expect(throws: InputError.self) { try run([.loss], unlabelled) }
  }

  /// What an objective changes by along directions of sixteen elements of a site each, so that one wrong element of its
  /// gradient is one sixteenth of what is compared and not lost among hundreds.
  private struct Differences {
    /// The gradient of the pass, and what the objective came to.
    let gradient: [Float]
    private let groups: [(elements: [Int], change: Double)]
    private let signs: [Double]
    /// What differences of values that are rounded to Float32 cannot show.
    private let rounding: Double

    init(of objective: Objective, at site: Site, _ model: Model, _ input: ModelInput, _ edits: [Edit]) throws {
      let value = try #require(try model.run(input, TraceRequest(sites: [site]))[site])
      func run(_ x: Tensor, gradient: Bool) throws -> Trace {
        var request = TraceRequest(gradients: gradient ? [site] : [], edits: [Edit(site, .replace(x))] + edits)
        request.objectives = [objective]
        return try model.run(input, request)
      }
      let trace = try run(value, gradient: true)
      gradient = try #require(trace.gradients[site]).values
      var generator = SeededGenerator(seed: 5)
      let signs = value.values.map { _ in generator.uniform() < 0.5 ? -1.0 : 1 }
      let count = (value.count + 15) / 16, step = 0.02
      groups = try (0..<count).map { group in
        let elements = Array(stride(from: group, to: value.count, by: count))
        func at(_ by: Double) throws -> Double {
          var x = value.values
          for element in elements { x[element] += Float(by * signs[element]) }
          return try run(Tensor(x, shape: value.shape), gradient: false).objectives[0]
        }
        // Four points: the error falls with the fourth power of the step.
        return (elements, try (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step))
      }
      self.signs = signs
      let size = abs(trace.objectives[0])
      rounding =
        switch objective.measure {
        // As small as what it is a share of.
        case .probability: 1e-6 * size / step
        default: 1e-6 * max(1, size) / step
        }
    }

    /// The groups in which a gradient is another than the differences say.
    func disagreements(with gradient: [Float]) -> [Int] {
      groups.indices.filter { group in
        let (elements, change) = groups[group]
        let exact = elements.reduce(0) { $0 + Double(gradient[$1]) * signs[$1] }
        let scale = elements.reduce(0) { $0 + abs(Double(gradient[$1])) }
        return !(abs(change - exact) <= 5e-3 * scale + rounding)
      }
    }

    func group(of element: Int) -> Int { element % groups.count }
  }

  /// Every objective of a model, through no edit and through every kind of edit, with the gradient of the first row's.
  private func forEachObjective(
    _ name: String, edited: [Bool] = [false, true], _ look: (_ what: String, Differences) throws -> Void
  ) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description, model = reference.model
    var input = reference.input.rows(0..<1)
    if d.encoder != nil { input = try reference.input.checked(against: d).rows(0..<1) }
    let site = d.stack.residual(point: 1)
    let logits = try #require(try model.run(input, TraceRequest(sites: [.logits]))[.logits])
    let mlp = d.stack.site(.mlpOut, layer: 1), z = d.stack.site(.z, layer: 1)
    let vector = Tensor((0..<d.width).map { Float($0 % 3) * 0.2 }, shape: [d.width])
    let edits: [Edit] = [
      Edit(z, .zero, heads: [0]), Edit(mlp, .scale(0.5)), Edit(mlp, .replace(vector), positions: [1]),
      Edit(mlp, .mix(vector, share: 0.3), positions: [2]), Edit(mlp, .add(vector), positions: [3]),
    ]
    for measure in objectives(d, logits) {
      let objective = Objective(measure, position: logits.shape.count == 3 ? 4 : nil)
      for isEdited in edited {
        try look(
          "\(measure), \(isEdited ? "edited" : "plain")",
          Differences(of: objective, at: site, model, input, isEdited ? edits : []))
      }
    }
  }

  @Test("Gradients of every objective, through every kind of edit, are those of finite differences", arguments: models)
  func gradients(name: String) throws {
    try forEachObjective(name) { #expect($1.disagreements(with: $1.gradient) == [], "\($0)") }
  }

  @Test("That check sees one wrong element of a gradient", arguments: models)
  func damage(name: String) throws {
    try forEachObjective(name, edited: [true]) { what, differences in
      let gradient = differences.gradient
      // The largest, and one that half of those that are not 0 exceed.
      let sizes = gradient.indices.filter { gradient[$0] != 0 }.sorted { abs(gradient[$0]) < abs(gradient[$1]) }
      for (element, factors) in [(sizes[sizes.count - 1], [0.9, 0.5, 0, -1]), (sizes[sizes.count / 2], [0, -1])] {
        for factor in factors {
          var damaged = gradient
          damaged[element] *= Float(factor)
          #expect(
            differences.disagreements(with: damaged) == [differences.group(of: element)], "\(what), times \(factor)")
        }
      }
    }
  }

  @Test(
    "What heads read and write apart makes the same whole", arguments: ["gpt2", "llama", "gpt_neox", "bert_mlm", "t5"])
  func apart(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let plain = try reference.model.run(
      reference.input, TraceRequest(sites: [.logits], gradients: [.embed(of: d)], parameterGradients: true))
    let byHead = Set(d.sites.filter(\.kind.isByHead))
    let apart = try reference.model.run(
      reference.input,
      TraceRequest(sites: byHead.union([.logits]), gradients: [.embed(of: d)], parameterGradients: true))
    func expectEqual(_ a: Tensor?, _ b: Tensor?, _ what: String) throws {
      let (a, b) = (try #require(a), try #require(b))
      let largest = b.values.map(abs).max() ?? 0
      #expect(zip(a.values, b.values).allSatisfy { abs($0 - $1) <= 2e-5 * max(0.05, largest) }, "\(what)")
    }
    try expectEqual(apart[.logits], plain[.logits], "logits")
    try expectEqual(apart.gradients[.embed(of: d)], plain.gradients[.embed(of: d)], "embeddings")
    for (name, gradient) in plain.parameterGradients { try expectEqual(apart.parameterGradients[name], gradient, name) }
    for site in byHead { #expect(apart[site]?.shape[2] == d.stack.heads, "\(site.text)") }
    // One at a time, so that nothing leans on what another site has made.
    for site in byHead {
      let alone = try reference.model.run(reference.input, TraceRequest(sites: [site, .logits]))
      try expectEqual(alone[.logits], plain[.logits], site.text)
      try expectEqual(alone[site], apart[site], site.text)
    }
  }
}

extension Site {
  fileprivate static func embed(of d: ModelDescription) -> Site { (d.encoder ?? d.stack).site(.embed) }
}
