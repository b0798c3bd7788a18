import Tensors

/// The parameters as values of a pass.
final class PassParameters {
  private let variables: [Variable?]
  private let parameters: [Parameter]
  private let tape: Tape
  /// Shown gradients when they are whole.
  private let observer: (@Sendable (_ place: Int, _ gradient: Tensor) -> Void)?
  /// Which were used, and which were shown.
  private var isUsed: [Bool]
  private var isShown: [Bool]

  init(_ parameters: [Parameter], _ request: TraceRequest, _ tape: Tape) {
    self.parameters = parameters
    self.tape = tape
    let observer = request.parameterGradients ? request.observer?.parameter : nil
    self.observer = observer
    isUsed = [Bool](repeating: observer == nil, count: parameters.count)
    isShown = Array(repeating: false, count: parameters.count)
    let training = request.training
    variables = parameters.enumerated().map { index, parameter -> Variable? in
      guard let value = parameter.resident else { return nil }
      // A training asks for the gradients that it has room for.
      let home = training?.gradients[index], isAsked = training == nil ? request.parameterGradients : home != nil
      return Variable(
        value, needsGradient: isAsked && parameter.isLearned, gradientIn: home, adding: training?.isAdding ?? false)
    }
  }

  subscript(index: Int) -> Variable {
    guard let variable = variables[index] else { return Variable(parameters[index].tensor) }
    if !isUsed[index] {
      isUsed[index] = true
      // On the way back this comes behind all that uses it.
      tape.look(at: variable) { [unowned self] gradient in
        isShown[index] = true
        observer?(index, gradient)
        _ = variable.takeGradient()
      }
    }
    return variable
  }

  /// Shows the gradients, which are 0, of learned parameters that nothing led to.
  func showUnused() {
    guard let observer else { return }
    for (index, parameter) in parameters.enumerated() where parameter.isLearned && !isShown[index] {
      observer(index, Tensor(repeating: 0, shape: parameter.shape))
    }
  }
}
