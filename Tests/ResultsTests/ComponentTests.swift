import Testing

@testable import Results

@Suite("Components")
struct ComponentTests {
  @Test("Every component is what its text says")
  func texts() {
    let all: [(Component, String)] = [
      (.model, "model"), (.point(3), "R3"), (.layer(2), "L2"), (.head(2, 5), "L2.H5"), (.tensor("a.b"), "tensor:a.b"),
      (Component(.position(7)), "P7"), (Component(.neuron(layer: 1, unit: 300)), "L1.N300"),
      (Component(.keyValueHead(layer: 0, head: 2)), "L0.KV2"),
      (Component(.edge(from: "L0.H1", to: "L2.H3.q")), "edge:L0.H1>L2.H3.q"), (Component(.label("NOUN")), "class:NOUN"),
      (Component(.document("doc-3")), "document:doc-3"), (Component(.task("pairs")), "task:pairs"),
      (Component(.neuron(layer: 1, unit: 3), stack: .encoder), "encoder/L1.N3"),
      (Component(.head(layer: 0, head: 1), stack: .cross), "cross/L0.H1"),
    ]
    for (component, text) in all {
      #expect(component.id == text)
      #expect(Component(id: text) == component, "\(text)")
    }
  }

  @Test(
    "What is no component is none",
    arguments: ["", "P", "P01", "L1.N", "L1.K2", "L1.KV", "edge:a", "heads:1", "Q3"])
  func none(text: String) { #expect(Component(id: text) == nil) }
}
