package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an agent costs while nothing is to be done. */
class MemcachedIdleIT {

  private static final Member MEMBER = member("compute", "host-1", 7);
  private static final String SWITCHES = "voluntary_ctxt_switches:";

  @Test
  void whoeverHasNothingToDoSleeps() {
    Vertx vertx = Vertx.vertx();
    try (MemcachedServer server = MemcachedServer.create();
        MemcachedHarness agent = MemcachedHarness.open(vertx, "a", server.uri()).follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      assertThat(agent.poll().beats()).hasSize(1);
      Path thread = await(agent.start(() -> Future.succeededFuture(thread())));
      long before = switches(thread);
      await(agent.start(() -> vertx.timer(1, TimeUnit.SECONDS)));
      assertThat(switches(thread) - before).as("times that it woke in a second").isLessThan(20);
    } finally {
      await(vertx.close());
    }
  }

  /** Where the system tells of the thread that runs this. */
  private static Path thread() {
    try {
      return Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often a thread fell asleep by itself. */
  private static long switches(Path thread) {
    try {
      return Files.readAllLines(thread.resolve("status")).stream()
          .filter(line -> line.startsWith(SWITCHES))
          .mapToLong(line -> Long.parseLong(line.substring(SWITCHES.length()).trim()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
