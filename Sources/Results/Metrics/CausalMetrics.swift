import Support

/// What the answer to a task hangs on: values of one run put into another. `M` of a task is the mean over its pairs of
/// logit(answer) − logit(wrong) at the answer's position.
///
/// Arrays are named after their task, without the analysis: `task.<name>.patch.<map>` holds `(M − M_corrupt)/(M_clean −
/// M_corrupt)` where a value of the clean run is put into the corrupt one, `task.<name>.noising.<map>` `(M_clean −
/// M)/(M_clean − M_corrupt)` for the reverse, and `task.<name>.attribution.<map>` the first-order form of `patch`,
/// `(clean − corrupt)·∂M/∂x` in the corrupt run over the same difference. NaN where the runs do not differ.
package enum CausalMetrics {
  package static let analysis = "causal"

  package static let clean = Metric("causal.clean", source: "Wang 2022")
  package static let corrupt = Metric("causal.corrupt", source: "Wang 2022")
  package static let solved = Metric("causal.solved", source: "ours", lowest: 0, highest: 1)
  package static let agreement = Metric("causal.agreement", source: "Nanda 2023", lowest: -1, highest: 1)

  /// What is exchanged, and what lies along its map's axes.
  package enum Map: String, CaseIterable, Sendable {
    /// The stream before one block, or before the final norm, at one position (Meng 2022).
    case resid = "resid_point"
    /// The same, with the position's stream before all earlier blocks exchanged as well: everything that was written there.
    case residPre = "resid_pre"
    /// What attention, or the MLP, writes at one position.
    case attentionOut = "attn_out"
    case mlpOut = "mlp_out"
    /// A head's output, queries, keys, values or probabilities at all positions; keys and values for each query head.
    case headZ = "head_z"
    case headQ = "head_q"
    case headK = "head_k"
    case headV = "head_v"
    case headPattern = "head_pattern"
    /// A head's output at one position, `[L, H, T]`.
    case headZByPosition = "head_z_by_position"

    package var isByHead: Bool { ![.resid, .residPre, .attentionOut, .mlpOut].contains(self) }
    package var isByPosition: Bool { !isByHead || self == .headZByPosition }
    /// Whether the first-order form is computed.
    package var hasAttribution: Bool { ![.resid, .residPre, .headZByPosition].contains(self) }

    fileprivate var axes: [Form.Axis] {
      switch self {
      case .resid, .residPre: [.the("layers", plus: 1), .free("positions")]
      case .attentionOut, .mlpOut: [.the("layers"), .free("positions")]
      case .headZ, .headQ, .headK, .headV, .headPattern: [.the("layers"), .the("heads")]
      case .headZByPosition: [.the("layers"), .the("heads"), .free("positions")]
      }
    }
  }

  /// Which way values go.
  package enum Mode: String, CaseIterable, Sendable {
    case patch, noising, attribution

    package func has(_ map: Map) -> Bool { self != .attribution || map.hasAttribution }
  }

  package static func keys(_ mode: Mode, _ map: Map) -> ArrayKeys {
    ArrayKeys("task.*.\(mode.rawValue).\(map.rawValue)", map.axes)
  }

  /// The tokens of the task's first pair, for axes; where all pairs are equally long.
  package static let cleanTokens = TextKeys("task.*.clean", [.free("positions")])
  package static let corruptTokens = TextKeys("task.*.corrupt", [.free("positions")])

  static let form = AnalysisForm(
    analysis, metrics: [clean, corrupt, solved, agreement],
    arrays: Mode.allCases.flatMap { mode in Map.allCases.filter(mode.has).map { keys(mode, $0).form } },
    texts: [cleanTokens.form, corruptTokens.form], arraysStandAlone: true)
}
