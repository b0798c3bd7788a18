import Testing

@testable import Reports

@Suite struct FormulaTests {
  @Test(
    "A formula is set in math mode, its words upright, its indices lowered",
    arguments: [
      ("exp(loss)", "$\\exp (\\mbox{loss})$"), ("n_q", "$n_{q}$"), ("R_{p−1}", "$R_{p-1}$"),
      ("−Σₖ A ln A, mean over rows", "$-\\sum _{k} A \\ln  A, \\mbox{mean over rows}$"),
      ("‖g‖₂ ÷ ‖w‖₂", "$\\Vert g\\Vert _{2} \\div  \\Vert w\\Vert _{2}$"), ("50 % of a_b", "$50 \\% \\mbox{of }a_{b}$"),
    ])
  func latex(formula: String, expected: String) { #expect(Formula.latex(formula) == expected) }
}
