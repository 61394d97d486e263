package io.servicegroup.cli;

import io.servicegroup.agent.StartException;
import io.servicegroup.config.ConfigException;
import io.servicegroup.runtime.Logs;
import io.servicegroup.runtime.Why;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Finds and runs the command of a command line, and turns failures into lines and an exit code. */
public final class CommandLineInterface {

  /** The exit code for unusable configuration or arguments. */
  static final int UNUSABLE = 2;

  /** The exit code for an agent that could not start. */
  static final int NOT_STARTED = 3;

  /** The exit code for every other failure. */
  static final int FAILED = 1;

  private CommandLineInterface() {}

  /**
   * Runs a command with this process's environment and streams.
   *
   * @param arguments the command line
   * @return the exit code: 0, 1, 2 or 3, as {@code docs/operations.md} lists them
   */
  public static int execute(String... arguments) {
    try {
      Optional<RootCommand> plain = PlainRun.read(System.getenv(), arguments);
      return plain.isPresent() ? run(plain.get()) : commandLine(System.getenv()).execute(arguments);
    } finally {
      Logs.end();
    }
  }

  private static int run(RootCommand root) {
    try {
      return root.call();
    } catch (Exception e) {
      return explain(root, e);
    }
  }

  static CommandLine commandLine(Map<String, String> environment) {
    RootCommand root = new RootCommand(environment);
    return new CommandLine(root)
        .addSubcommand(new RunCommand(root))
        .addSubcommand(new CheckConfigCommand(root))
        .addSubcommand(new SchemaCommand(root))
        .addSubcommand(new MigrateCommand(root))
        .addSubcommand(new CatalogCommand(root))
        .setParameterExceptionHandler((refused, arguments) -> refuse(refused))
        .setExecutionExceptionHandler((failure, command, result) -> explain(root, failure));
  }

  private static int refuse(CommandLine.ParameterException refused) {
    CommandLine command = refused.getCommandLine();
    PrintWriter err = command.getErr();
    String line = refused.getMessage().lines().findFirst().orElse("unusable arguments");
    if (refused instanceof CommandLine.UnmatchedArgumentException unmatched) {
      // The text after an equals sign is not shown: it may be a secret whose --set was forgotten.
      String argument = unmatched.getUnmatched().get(0).split("=", 2)[0];
      line =
          argument.startsWith("-")
              ? "there is no option %s; allowed are %s".formatted(argument, options(command))
              : unmatched(command, argument);
    } else if (refused instanceof CommandLine.MissingParameterException missing) {
      line = command.getCommandName() + " needs " + parameters(missing.getMissing());
    }
    err.println(line.replaceAll("\\p{Cntrl}", "?"));
    err.flush();
    return UNUSABLE;
  }

  private static String options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .map(CommandLine.Model.OptionSpec::longestName)
        .collect(Collectors.joining(", "));
  }

  private static String unmatched(CommandLine command, String argument) {
    Set<String> commands = command.getSubcommands().keySet();
    return commands.isEmpty()
        ? "%s takes no %s; its options are %s"
            .formatted(command.getCommandName(), argument, options(command))
        : "there is no command %s; allowed are %s".formatted(argument, String.join(", ", commands));
  }

  private static String parameters(List<ArgSpec> missing) {
    return missing.stream()
        .map(
            one ->
                one instanceof OptionSpec option
                    ? option.longestName() + " " + option.paramLabel()
                    : one.paramLabel())
        .collect(Collectors.joining(" and "));
  }

  private static int explain(RootCommand root, Exception failure) {
    PrintWriter err = root.err();
    int code = FAILED;
    List<String> lines = List.of("servicegroup: " + Why.of(failure) + "; --verbose shows where");
    if (failure instanceof ConfigException unusable) {
      code = UNUSABLE;
      lines = unusable.faults().stream().map(Object::toString).toList();
    } else if (failure instanceof StartException notStarted) {
      code = NOT_STARTED;
      lines = List.of(notStarted.getMessage());
    }
    lines.forEach(err::println);
    if (root.isVerbose()) {
      failure.printStackTrace(err);
    }
    err.flush();
    return code;
  }
}
