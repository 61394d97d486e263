package io.servicegroup.cli;

import io.servicegroup.agent.Acceptance;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Member;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.FileDescriptor;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code catalog}: what is done to a catalogue as a whole. */
@Command(name = "catalog", description = "Works on the catalogue of this configuration.")
final class CatalogCommand implements Callable<Integer> {

  private static final int SHOWN = 10;

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

  /** The exit code is 0 where all of them are the newest words then. */
  @Command(
      name = "accept",
      description =
          "After a deliberate restore: makes the words that the store has now the newest, so that"
              + " agents do not put theirs back. Run it before agents reach the store again.")
  int accept() throws Exception {
    Vertx vertx = root.vertx(FileDescriptor.err);
    try {
      AgentConfig config = Await.result(root.loader(vertx).load());
      Promise<Acceptance.Outcome> accepted = Promise.promise();
      vertx
          .getOrCreateContext()
          .runOnContext(
              now ->
                  new Acceptance(vertx, config.agent().startTimeout(), Clock.systemUTC())
                      .run(config.catalog())
                      .onComplete(accepted));
      return report(Await.result(accepted.future()), config.catalog());
    } finally {
      Await.end(vertx);
    }
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
    List<String> names =
        refused.stream().limit(SHOWN).map(member -> member.id().toString()).toList();
    root.err()
        .printf(
            "NOT accepted: %d of %d members of %s (%s%s) were not given a new order; start it"
                + " again, and where that is no help see that catalog.create_tables lets the table"
                + " servicegroup_words be made.%n",
            refused.size(),
            outcome.members(),
            catalog.uri(),
            String.join(", ", names),
            refused.size() > SHOWN ? ", …" : "");
    root.err().flush();
    return CommandLineInterface.FAILED;
  }
}
