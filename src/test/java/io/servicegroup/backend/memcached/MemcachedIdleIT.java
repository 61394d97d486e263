package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Wakeups;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an agent costs while nothing is to be done. */
class MemcachedIdleIT {

  private static final Member MEMBER = member("compute", "host-1", 7);

  @Test
  void whoeverHasNothingToDoSleeps() {
    Vertx vertx = Vertx.vertx();
    try (MemcachedServer server = MemcachedServer.create();
        MemcachedHarness agent = MemcachedHarness.open(vertx, "a", server.uri()).follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      assertThat(agent.poll().beats()).hasSize(1);
      Path thread = await(agent.start(() -> Future.succeededFuture(Wakeups.thisThread())));
      long before = Wakeups.of(thread);
      await(agent.start(() -> vertx.timer(1, TimeUnit.SECONDS)));
      assertThat(Wakeups.of(thread) - before).as("times that it woke in a second").isLessThan(20);
    } finally {
      await(vertx.close());
    }
  }
}
