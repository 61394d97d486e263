package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a poll of an agent that watches its own members lets the next one wait. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MemcachedCalmIT {

  @Started private static MemcachedServer server;
  @Started private static Vertx vertx;

  /** No agent announces anything here, and a beat has no age: only polls tell when it came. */
  @Test
  void whereAnotherAgentBeatsForAMemberEveryPollIntervalCounts() {
    Member before = MemcachedHarness.member("compute", "h1", 1);
    Member taken = MemcachedHarness.member("compute", "h1", 2);
    try (LivenessHarness own = own("a").follow(before);
        LivenessHarness other = own("b").follow(taken)) {
      own.write(MemcachedHarness.beat(before, 1));
      assertThat(own.poll().calm()).as("its own member").isTrue();

      other.write(MemcachedHarness.beat(taken, 1));
      own.catalogued(new CatalogEvent(CatalogEvent.Type.UPDATED, taken, true));

      assertThat(own.poll().beats()).extracting(beat -> beat.count()).containsExactly(1L);
      assertThat(own.poll().calm()).as("another's").isFalse();
    }
  }

  private static MemcachedHarness own(String agent) {
    return new MemcachedHarness(
            vertx, MemcachedHarness.settings(agent, server.uri(), true, Set.of()))
        .open();
  }
}
