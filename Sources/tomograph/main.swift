import Glibc

Signals.watch()
exit(Command.run(CommandLine.arguments).rawValue)
