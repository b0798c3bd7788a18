extension Formula {
  /// As LaTeX in math mode: `n_q` and `R_{p−1}` with their indices lowered, words upright, functions by their commands.
  static func latex(_ formula: String) -> String {
    var result = "", words = ""
    let scalars = Array(formula.unicodeScalars)
    var place = 0
    /// Words that stand next to each other are one text.
    func flush() {
      guard !words.isEmpty else { return }
      result += words.allSatisfy(\.isWhitespace) ? " " : "\\mbox{\(Escaping.latex(words))}"
      words = ""
    }
    while place < scalars.count {
      let scalar = scalars[place]
      if scalar == "_" {
        flush()
        let index = index(scalars, after: &place)
        result += "_{\(index.map { Escaping.mathSign($0) ?? String(Character($0)) }.joined())}"
      } else if scalar.properties.isAlphabetic, Escaping.mathSign(scalar) == nil {
        let word = word(scalars, from: &place)
        if functions.contains(word) {
          flush()
          result += "\\\(word) "
        } else if word.count > 1 {
          words += word
        } else {
          // A letter alone is a variable, but for the article.
          let isArticle = word == "a" && !words.isEmpty && (place == scalars.count || scalars[place] == " ")
          if isArticle { words += word } else { flush(); result += word }
        }
      } else if scalar.properties.isWhitespace || "-'’".unicodeScalars.contains(scalar), !words.isEmpty {
        words.unicodeScalars.append(scalar)
        place += 1
      } else {
        flush()
        result += Escaping.mathSign(scalar) ?? (scalar.properties.isWhitespace ? " " : Escaping.latex(String(scalar)))
        place += 1
      }
    }
    flush()
    return "$\(result)$"
  }

  private static let functions: Set<String> = ["exp", "ln", "log", "max", "min"]

  private static func word(_ scalars: [Unicode.Scalar], from place: inout Int) -> String {
    var word = String.UnicodeScalarView()
    while place < scalars.count, scalars[place].properties.isAlphabetic, Escaping.mathSign(scalars[place]) == nil {
      word.append(scalars[place])
      place += 1
    }
    return String(word)
  }

  /// What stands behind `_`: letters and digits, or what is in braces.
  private static func index(_ scalars: [Unicode.Scalar], after place: inout Int) -> [Unicode.Scalar] {
    place += 1
    var index: [Unicode.Scalar] = []
    if place < scalars.count, scalars[place] == "{" {
      place += 1
      while place < scalars.count, scalars[place] != "}" {
        index.append(scalars[place])
        place += 1
      }
      place += 1
    } else {
      while place < scalars.count,
        scalars[place].properties.isAlphabetic || scalars[place].properties.numericType != nil
      {
        index.append(scalars[place])
        place += 1
      }
    }
    return index
  }
}
