package io.servicegroup.cli;

import io.servicegroup.backend.Technology;
import io.servicegroup.config.AgentConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The command {@code schema}. */
@Command(
    name = "schema",
    description = "Prints the SQL of our tables for this configuration, for a DBA to run.")
final class SchemaCommand implements Callable<Integer> {

  private final RootCommand root;

  SchemaCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    return root.withVertx(
        vertx -> {
          AgentConfig.Catalog catalog = Await.result(root.loader(vertx).load()).catalog();
          root.out().println(Technology.of(catalog.uri().scheme()).schema(catalog).strip());
          root.out().flush();
          return 0;
        });
  }
}
