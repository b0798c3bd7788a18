package import Drawing
package import Plotting
package import Results
import Support

/// A figure of a report: what it shows, in words and as data; how it is laid out follows from width and theme.
package struct Figure: Sendable {
  /// How much of the page it is made for.
  package enum Extent: String, Hashable, Sendable {
    /// Reads well in one column of a paper.
    case column
    /// Wants the width of the text.
    case text
  }

  /// Unique in a report and a good file name: `attention-entropy`, `attention-entropy-encoder`.
  package private(set) var id: String
  /// The id without the stack: what the figure is of.
  package let kind: String
  /// The stack of an encoder–decoder that it shows.
  package private(set) var stack = Component.Stack.only
  /// The analysis it is of.
  package let analysis: String
  package private(set) var title: String
  package private(set) var caption: FigureCaption
  /// What is seen, for those who cannot see it: ranges, extremes, which head.
  package private(set) var altText: String
  package let extent: Extent
  package private(set) var plot: any Plottable
  /// Everything drawn, as numbers.
  package let table: DataTable

  package init(
    id: String, analysis: String, title: String, caption: FigureCaption, altText: String, extent: Extent = .column,
    plot: any Plottable, table: DataTable
  ) {
    self.id = id
    kind = id
    self.analysis = analysis
    self.title = title
    self.caption = caption
    self.altText = altText
    self.extent = extent
    self.plot = plot
    self.table = table
  }

  /// The figure as one of the figures of an encoder–decoder, which says whose it is.
  func shown(of stack: Component.Stack) -> Figure {
    guard stack != .only else { return self }
    var figure = self
    figure.stack = stack
    figure.id = "\(kind)-\(stack.rawValue)"
    figure.label(stack.title)
    return figure
  }

  /// The figure as that of another document: `attention-sheet-2`.
  func numbered(_ number: Int) -> Figure {
    var figure = self
    figure.id += "-\(number)"
    return figure
  }

  /// The figure under another id, as one of several, which says whose it is.
  func named(_ id: String, of name: String) -> Figure {
    var figure = self
    figure.id = id
    figure.label(name)
    return figure
  }

  /// A figure of its content alone, with a word that says whose it is: `Sample data`.
  package init(_ content: some FigureContent, id: String, analysis: String, label: String) {
    let subject = FigureCaption(full: content.what, what: content.what, subject: label)
    self.init(content, id: id, analysis: analysis, caption: subject)
    self.label(label)
  }

  package init(_ content: some FigureContent, id: String, analysis: String, caption: FigureCaption) {
    self.init(
      id: id, analysis: analysis, title: content.title, caption: caption, altText: content.altText,
      extent: content.extent, plot: content.plot, table: content.table)
  }

  /// Says in all its words whose it is.
  private mutating func label(_ name: String) {
    title += " (\(name.lowercasedFirst))"
    plot.title += " (\(name.lowercasedFirst))"
    caption.what = "\(name). \(caption.what)"
    caption.full = "\(name). \(caption.full)"
    altText = "\(name). \(altText)"
  }

  /// - Parameter width: in points.
  package func displayList(theme: Theme, width: Double, measurer: any TextMeasurer) -> DisplayList {
    var list = plot.displayList(id: id, width: width, theme: theme, measurer: measurer, description: altText)
    list.caption = caption.full
    return list
  }
}

/// The words below a figure.
package struct FigureCaption: Hashable, Sendable {
  /// Stands alone: what is shown, of which model on which corpus, formula, n, seed.
  package fileprivate(set) var full: String
  /// The sentences that say what is shown, alone.
  package fileprivate(set) var what: String
  /// The formulas of what is measured.
  package let definition: String
  /// `n = 72 heads.`
  package let n: String
  /// Model, corpus and seed in one line.
  package let subject: String
  /// Those that are drawn and defined.
  let metrics: [Metric]
  /// What of the model is shown; empty for all.
  let selection: String

  package init(
    full: String, what: String, definition: String = "", n: String = "", subject: String, metrics: [Metric] = [],
    selection: String = ""
  ) {
    self.selection = selection
    self.metrics = metrics
    self.full = full
    self.what = what
    self.definition = definition
    self.n = n
    self.subject = subject
  }

  /// What is shown, formula and n, for a page that has the rest in its text.
  package var short: String { [what, definition, n].filter { !$0.isEmpty }.joined(separator: " ") }
}

/// What a builder has to say: a figure, or why there is none.
package enum FigureOutcome: Sendable {
  case figure(Figure)
  case omitted(id: String, reason: String)

  /// The same of one stack of an encoder–decoder.
  func shown(of stack: Component.Stack) -> FigureOutcome {
    switch self {
    case .figure(let figure): .figure(figure.shown(of: stack))
    case .omitted(let id, let reason): .omitted(id: stack == .only ? id : "\(id)-\(stack.rawValue)", reason: reason)
    }
  }

  /// The same of another document.
  func numbered(_ number: Int) -> FigureOutcome {
    switch self {
    case .figure(let figure): .figure(figure.numbered(number))
    case .omitted(let id, let reason): .omitted(id: "\(id)-\(number)", reason: reason)
    }
  }

  package var figure: Figure? { if case .figure(let figure) = self { figure } else { nil } }

  package var omission: (id: String, reason: String)? {
    if case .omitted(let id, let reason) = self { (id, reason) } else { nil }
  }
}

/// Makes the figures of one kind from a run's results; one builder a file. Of an encoder–decoder it is asked once for
/// each stack, with the results of that part.
package protocol FigureBuilder: Sendable {
  /// Whether they are of one document, whose attention was kept.
  static var isOfDocument: Bool { get }

  static func figures(of results: RunResults) -> [FigureOutcome]
}

extension FigureBuilder {
  package static var isOfDocument: Bool { false }
}

extension PlotValue {
  /// A measured number with its state.
  package init(_ quantity: Quantity?) {
    guard let quantity else {
      self = .missing
      return
    }
    switch quantity.state {
    case .finite: self = .number(quantity.number)
    case .nan: self = .nan
    case .infinite: self = .infinite
    case .negativeInfinite: self = .negativeInfinite
    case .notApplicable: self = .notApplicable
    case .missing: self = .missing
    }
  }
}

/// A figure's file name part from a metric's id: `attention.normalisedEntropy` → `attention-normalised-entropy`.
func slug(_ id: String) -> String { id.map { $0.isUppercase ? "-\($0)" : "\($0)" }.joined().slug() }
