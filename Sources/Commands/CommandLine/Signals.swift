import Glibc
import Support

/// What signals do to the program.
enum Signals {
  /// SIGINT, SIGTERM and SIGHUP take away what is half-written and end it with code 130, even where a parent blocked
  /// them; so does, with the code of a file that cannot be read, the loss of one that is mapped. A trap, which is a fault
  /// of the program, ends it with the code that says so, unless a backtrace was asked for. A reader that goes away is an
  /// error of writing.
  static func watch() {
    signal(SIGPIPE, SIG_IGN)
    let beginning = (StandardError.isTerminal ? "\r\u{1B}[K" : "") + "tomograph: "
    let fault = phrase("signals.faultProgramMemory")
    Interruption.install(message: beginning + "interrupted") { address in
      guard let loss = MappedFile.loss(at: address) else {
        return (beginning + fault, ExitCode.fault.rawValue)
      }
      return (beginning + loss.description, ExitCode.unreadable.rawValue)
    }
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGABRT] {
      signal(number) { _ in
        let line: StaticString = "tomograph: a fault of the program: it has stopped where it should not be able to\n"
        _ = write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
        _exit(4)
      }
    }
  }
}
