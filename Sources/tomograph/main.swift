import Glibc

Interruption.watch()
Faults.watch()
exit(Command.run(CommandLine.arguments).rawValue)
