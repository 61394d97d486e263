package io.servicegroup.cli;

import io.servicegroup.agent.Migration;
import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ConfigException;
import io.servicegroup.model.Fault;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code migrate}, whose exit code is 0 where the target has all members of the source.
 */
@Command(
    name = "migrate",
    description =
        "Copies a catalogue to another store; one that was interrupted may be started again.")
final class MigrateCommand implements Callable<Integer> {

  private final RootCommand root;

  @Option(names = "--from", paramLabel = "URI", required = true, description = "as catalog.uri")
  private String from;

  @Option(names = "--to", paramLabel = "URI", required = true, description = "as catalog.uri")
  private String to;

  MigrateCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    return root.withVertx(this::migrate);
  }

  private int migrate(Vertx vertx) throws Exception {
    AgentConfig source = read(vertx, "--from", from);
    AgentConfig target = read(vertx, "--to", to);
    if (source.catalog().uri().equals(target.catalog().uri())) {
      throw new ConfigException(
          List.of(
              new Fault("--to", target.catalog().uri().toString(), "allowed is another store")));
    }
    Migration migration = new Migration(vertx, target.agent().startTimeout());
    return report(
        Await.onContext(
            vertx, () -> migration.run(source.catalog(), target.catalog(), this::show)));
  }

  /** Reads the configuration with a URI as {@code catalog.uri}, and names the option in faults. */
  private AgentConfig read(Vertx vertx, String option, String uri) throws Exception {
    try {
      return Await.result(root.loader(vertx).override("catalog.uri", uri).load());
    } catch (ConfigException unusable) {
      throw new ConfigException(
          unusable.faults().stream()
              .map(
                  fault ->
                      fault.key().equals("catalog.uri")
                          ? new Fault(option, fault.given(), fault.rule())
                          : fault)
              .toList());
    }
  }

  private void show(CatalogCopy.Progress progress) {
    root.out()
        .printf(
            "%d of %d members, %d written%n", progress.done(), progress.all(), progress.written());
    root.out().flush();
  }

  private int report(CatalogCopy.Outcome outcome) {
    PrintWriter out = root.out();
    outcome.refused().forEach(root.err()::println);
    if (outcome.different().isEmpty()) {
      out.printf(
          "Complete: all %d members are in the target as they are in the source (%d written).%n",
          outcome.members(), outcome.written());
    } else {
      root.err()
          .printf(
              "NOT complete: %d of %d members are missing in the target or differ (%s). %s%n",
              outcome.different().size(),
              outcome.members(),
              MemberNames.first(outcome.different()),
              outcome.different().size() > outcome.refused().size()
                  ? "Start it again."
                  : "Change what is refused, then start it again.");
    }
    if (!outcome.joined().isEmpty()) {
      out.printf(
          "%d of them joined in the target since, and are left as they are there (%s).%n",
          outcome.joined().size(), MemberNames.first(outcome.joined()));
    }
    if (!outcome.others().isEmpty()) {
      out.printf(
          "The target has %d members more, which the source has not (%s).%n",
          outcome.others().size(), MemberNames.first(outcome.others()));
    }
    out.flush();
    root.err().flush();
    return outcome.different().isEmpty() ? 0 : CommandLineInterface.FAILED;
  }
}
