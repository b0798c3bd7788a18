import Support

/// How the program ends, for the script that called it.
enum ExitCode: Int32, Sendable {
  case pass = 0
  case gateFailed = 1
  /// The command line or the job file is wrong.
  case usage = 2
  /// A model, corpus or run could not be read, or a result not be written.
  case unreadable = 3
  /// A fault of the program itself.
  case fault = 4
  case interrupted = 130

  init(_ error: any Error) {
    switch (error as? InputError)?.category {
    case .usage: self = .usage
    case .unreadable: self = .unreadable
    case nil: self = .fault
    }
  }
}
