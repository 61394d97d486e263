package io.servicegroup.cli;

import io.servicegroup.config.ConfigLoader;
import io.servicegroup.runtime.Logs;
import io.servicegroup.runtime.RestingThreads;
import io.servicegroup.runtime.SharedLoops;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxBootstrap;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options that every command has. Without a command it runs the agent. */
@Command(
    name = "servicegroup-agent",
    description = "Knows which members of a service fleet exist and which of them are up.",
    mixinStandardHelpOptions = true,
    versionProvider = RootCommand.Version.class,
    scope = ScopeType.INHERIT,
    footer = {
      "",
      "Later files win over earlier ones, then environment variables",
      "(SERVICEGROUP__HTTP__PORT=9000 sets http.port), then --set.",
      "Exit codes: 0 stopped in good order, 2 unusable configuration or arguments,",
      "3 could not start, 1 anything else."
    })
final class RootCommand implements Callable<Integer> {

  private static final int WORKERS = 4;

  /** An agent with at most so much heap, in bytes, was meant to be small. */
  private static final long SMALL_HEAP = 80L << 20;

  private static final String NETTY_EVENTS = "io.netty.jfr.enabled";
  private static final String CONFIG = "--config";
  private static final String SET = "--set";

  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = CONFIG,
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      parameterConsumer = Appending.class,
      description = "a YAML file; may be given several times")
  private final List<String> files = new ArrayList<>();

  @Option(
      names = SET,
      paramLabel = "KEY.PATH=VALUE",
      scope = ScopeType.INHERIT,
      parameterConsumer = Appending.class,
      description = "sets one key; may be given several times")
  private final List<String> settings = new ArrayList<>();

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "logs more, and shows stack traces")
  private boolean verbose;

  RootCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    return new RunCommand(this).call();
  }

  boolean isVerbose() {
    return verbose;
  }

  /**
   * How many event loops the agent has. A sidecar has little work, and its threads need memory on
   * every host of a fleet; one that was given memory for many members has a second loop, so that
   * long lists hold up nothing else.
   */
  static int eventLoops() {
    return Runtime.getRuntime().maxMemory() <= SMALL_HEAP ? 1 : 2;
  }

  void speakUp() {
    verbose = true;
  }

  /** Takes a value of an option that has one; whether there is such an option. */
  boolean take(String option, String value) {
    return switch (option) {
      case CONFIG -> files.add(value);
      case SET -> settings.add(value);
      default -> false;
    };
  }

  PrintWriter out() {
    return spec == null ? new PrintWriter(System.out, true) : spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec == null ? new PrintWriter(System.err, true) : spec.commandLine().getErr();
  }

  ConfigLoader loader(Vertx vertx) {
    return new ConfigLoader(vertx, files.stream().map(Path::of).toList(), environment, settings);
  }

  /** The work of a command that needs Vert.x; returns the exit code. */
  @FunctionalInterface
  interface VertxWork {
    int run(Vertx vertx) throws Exception;
  }

  /**
   * Runs a command that prints its result on standard output, and logs to standard error. Vert.x
   * ends with the command.
   */
  int withVertx(VertxWork work) throws Exception {
    Vertx vertx = vertx(FileDescriptor.err);
    try {
      return work.run(vertx);
    } finally {
      Await.end(vertx);
    }
  }

  /**
   * Starts the log and Vert.x.
   *
   * @param log where the log goes: standard error where the command prints its result on standard
   *     output; otherwise standard output, so that standard error has only the reason of a failed
   *     start
   */
  Vertx vertx(FileDescriptor log) {
    Logs.begin(new FileOutputStream(log), verbose);
    // Netty's events for Java's Flight Recorder: a hundred classes that would be loaded by each
    // agent.
    if (System.getProperty(NETTY_EVENTS) == null) {
      System.setProperty(NETTY_EVENTS, "false");
    }
    VertxOptions options =
        new VertxOptions()
            // Vert.x keeps a cache folder for files inside a jar, of which the agent serves none.
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false))
            .setEventLoopPoolSize(eventLoops())
            .setWorkerPoolSize(WORKERS)
            .setInternalBlockingPoolSize(WORKERS);
    return VertxBootstrap.create()
        .options(options)
        .transport(new SharedLoops())
        .executorServiceFactory(new RestingThreads())
        .init()
        .vertx();
  }

  /** Collects the values before and after the command; picocli would keep only those after it. */
  static final class Appending implements CommandLine.IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
      if (arguments.isEmpty()) {
        throw new CommandLine.ParameterException(
            command.commandLine(), ((OptionSpec) option).longestName() + " needs a value");
      }
      option.<List<String>>getValue().add(arguments.pop());
    }
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = RootCommand.class.getPackage().getImplementationVersion();
      return new String[] {"servicegroup " + (version == null ? "development" : version)};
    }
  }
}
