package io.servicegroup.cli;

import io.servicegroup.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The command {@code check-config}. */
@Command(
    name = "check-config",
    description = "Prints the effective configuration with secrets masked, or every fault in it.")
final class CheckConfigCommand implements Callable<Integer> {

  private final RootCommand root;

  CheckConfigCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    return root.withVertx(
        vertx -> {
          ConfigLoader loader = root.loader(vertx);
          root.out().print(loader.effective(Await.result(loader.load())));
          root.out().flush();
          return 0;
        });
  }
}
