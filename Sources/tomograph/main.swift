import Commands
import Glibc

exit(Command.main(CommandLine.arguments))
