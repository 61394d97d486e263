package io.servicegroup.cli;

import io.servicegroup.config.ConfigLoader;
import io.vertx.core.Vertx;
import java.io.FileDescriptor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code check-config}. */
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
    Vertx vertx = root.vertx(FileDescriptor.err);
    try {
      ConfigLoader loader = root.loader(vertx);
      root.out().print(loader.effective(Await.result(loader.load())));
      root.out().flush();
      return 0;
    } finally {
      Await.end(vertx);
    }
  }
}
