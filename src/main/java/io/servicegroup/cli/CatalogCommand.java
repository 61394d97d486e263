package io.servicegroup.cli;

import io.servicegroup.agent.Acceptance;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Member;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code catalog}, whose subcommands work on a catalogue as a whole. */
@Command(name = "catalog", description = "Works on the catalogue of this configuration.")
final class CatalogCommand implements Callable<Integer> {

  private final RootCommand root;

  @Spec private CommandSpec spec;

  CatalogCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "catalog needs a command; allowed is accept");
  }

  /** Returns the exit code, which is 0 where the words of every member are now the newest. */
  @Command(
      name = "accept",
      description =
          "After a deliberate restore: makes the words that the store has now the newest, so that"
              + " agents do not put theirs back. Run it before agents reach the store again.")
  int accept() throws Exception {
    return root.withVertx(
        vertx -> {
          AgentConfig config = Await.result(root.loader(vertx).load());
          Acceptance acceptance =
              new Acceptance(vertx, config.agent().startTimeout(), Clock.systemUTC());
          return report(
              Await.onContext(vertx, () -> acceptance.run(config.catalog())), config.catalog());
        });
  }

  private int report(Acceptance.Outcome outcome, AgentConfig.Catalog catalog) {
    List<Member> refused = outcome.refused();
    if (refused.isEmpty()) {
      root.out()
          .printf(
              "Accepted: what %s says of its %d members now is the newest word.%n",
              catalog.uri(), outcome.members());
      root.out().flush();
      return 0;
    }
    root.err()
        .printf(
            "NOT accepted: %d of %d members of %s (%s) were not given a new order; start it"
                + " again, and where that is no help see that catalog.create_tables lets the table"
                + " servicegroup_words be made.%n",
            refused.size(),
            outcome.members(),
            catalog.uri(),
            MemberNames.first(refused.stream().map(Member::id).toList()));
    root.err().flush();
    return CommandLineInterface.FAILED;
  }
}
