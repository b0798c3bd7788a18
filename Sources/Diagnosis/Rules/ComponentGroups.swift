import Results

/// Evidence gathered by layer; what belongs to no layer (points, tensors) is gathered under its stack's model.
struct ComponentGroups {
  private var groups: [(component: Component, members: [Component], evidence: [Evidence])] = []

  init() {}

  /// Adds a member; of one metric only the first evidence in a group is kept.
  mutating func add(_ member: Component, _ evidence: Evidence) {
    let place: Component.Place = member.layer.map { .layer($0) } ?? .model
    let component = Component(place, stack: member.stack)
    let index =
      groups.firstIndex { $0.component == component }
      ?? {
        groups.append((component, [], []))
        return groups.count - 1
      }()
    if !groups[index].members.contains(member) { groups[index].members.append(member) }
    if !groups[index].evidence.contains(where: { $0.metric == evidence.metric }) {
      groups[index].evidence.append(evidence)
    }
  }

  /// The model first, then layer by layer.
  var ordered: [(component: Component, members: [Component], evidence: [Evidence])] {
    groups.sorted { a, b in
      let stacks = Component.Stack.allCases
      let (s, t) = (stacks.firstIndex(of: a.component.stack) ?? 0, stacks.firstIndex(of: b.component.stack) ?? 0)
      return (s, a.component.layer ?? -1) < (t, b.component.layer ?? -1)
    }
  }
}
