import Foundation
import Plotting
import Results
import Support

extension Figure {
  /// The lines that bring the figure into a LaTeX document at its natural size.
  var latex: String {
    """
    \\begin{\(isWide ? "figure*" : "figure")}
      \\centering
      \\includegraphics{figures/\(id).pdf}
      \\caption{\(caption.latex)}
      \\label{fig:\(id)}
    \\end{\(isWide ? "figure*" : "figure")}

    """
  }
}

extension FigureCaption {
  /// In words, formulas as one each.
  static let mostWords = 60

  /// The caption of a paper: what is shown, of which model on which corpus, n, and as much of the definitions as there is
  /// room for.
  var latex: String {
    /// A sentence, how it is set, and how early it is wanted.
    struct Part {
      var words: Int
      var text: String
      var rank: Int
    }
    func part(_ sentence: String, rank: Int) -> Part {
      Part(words: sentence.split(separator: " ").count, text: Escaping.latex(sentence), rank: rank)
    }
    let sentences = what.sentences
    var parts = sentences.enumerated().map { place, sentence in
      part(place == 0 ? sentence.cut(toWords: 40) : sentence, rank: place == 0 ? 0 : 2 + place)
    }
    parts += metrics.enumerated().map { place, metric in
      let source = Escaping.latex(metric.source), title = Escaping.latex(metric.title)
      return Part(
        words: metric.title.split(separator: " ").count + metric.source.split(separator: " ").count + 1,
        text: "\(title): \(Formula.latex(metric.formula)) (\(source)).", rank: 3 + sentences.count + place)
    }
    if !selection.isEmpty { parts.append(part(selection, rank: 1)) }
    if !n.isEmpty { parts.append(part(n, rank: 2)) }
    parts.append(part(subject + ".", rank: 1))
    var room = Self.mostWords, kept: Set<Int> = []
    for (place, part) in parts.enumerated().sorted(by: { $0.element.rank < $1.element.rank }) where part.words <= room {
      room -= part.words
      kept.insert(place)
    }
    return parts.indices.filter(kept.contains).map { parts[$0].text }.joined(separator: " ")
  }
}

extension String {
  /// Cut behind each full stop that ends one.
  fileprivate var sentences: [String] {
    var sentences = [""]
    for word in split(separator: " ") {
      let last = sentences.count - 1
      sentences[last] += (sentences[last].isEmpty ? "" : " ") + word
      if word.last == "." { sentences.append("") }
    }
    return sentences.filter { !$0.isEmpty }
  }

  /// The first so many words, up to a mark that ends a part of the sentence where there is one.
  fileprivate func cut(toWords count: Int) -> String {
    let words = split(separator: " ")
    guard words.count > count else { return self }
    let first = words.prefix(count)
    let end = first.lastIndex { ";,:".contains($0.last ?? " ") } ?? first.endIndex - 1
    return first[...end].joined(separator: " ").trimmingCharacters(in: .punctuationCharacters) + "."
  }
}
