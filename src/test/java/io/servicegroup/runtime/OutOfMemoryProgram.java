package io.servicegroup.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Runs out of memory where its argument says, and lives on if it can. */
final class OutOfMemoryProgram {

  private OutOfMemoryProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    Logs.begin(new FileOutputStream(FileDescriptor.out), false);
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    ProcessWatchdog.watch(vertx, 2);
    switch (arguments[0]) {
      case "handler" -> vertx.runOnContext(nothing -> fail());
      case "ticker" -> {
        Duration second = Duration.ofSeconds(1);
        vertx.runOnContext(
            nothing -> Ticker.start(vertx, "It", second, second, OutOfMemoryProgram::fail));
      }
      default -> new Thread(OutOfMemoryProgram::fail).start();
    }
    new CountDownLatch(1).await();
  }

  private static <T> T fail() {
    throw new OutOfMemoryError("a test's");
  }
}
