package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests that the writes of one member run one after the other, as long as their clients wait for
 * them.
 */
class MemberQueueTest {

  private final List<String> begun = new ArrayList<>();
  private long nanos;
  private final MemberQueue queue = new MemberQueue(() -> nanos);

  private Future<String> begin(String what) {
    begun.add(what);
    return Future.succeededFuture(what);
  }

  @Test
  void whatNobodyWaitsForAnyMoreIsNotBegun() throws Exception {
    Promise<String> first = Promise.promise();
    queue.run(id("h1"), first::future);
    Future<String> asked = queue.runAsked(id("h1"), () -> begin("asked"));
    Future<String> own = queue.run(id("h1"), () -> begin("own"));

    nanos = Duration.ofSeconds(11).toNanos();
    first.complete("first");

    assertRefused(503, () -> await(asked)).hasMessageContaining("compute/h1");
    assertThat(await(own)).isEqualTo("own");
    assertThat(await(queue.runAsked(id("h1"), () -> begin("next")))).isEqualTo("next");
    assertThat(begun).containsExactly("own", "next");
  }

  @Test
  void whatIsWaitedForIsBegunInItsTurn() throws Exception {
    Promise<String> first = Promise.promise();
    queue.run(id("h1"), first::future);
    Future<String> asked = queue.runAsked(id("h1"), () -> begin("asked"));
    nanos = Duration.ofSeconds(9).toNanos();
    assertThat(begun).isEmpty();
    first.fail("away");

    assertThat(await(asked)).isEqualTo("asked");
  }

  @Test
  void aReadThatTakesLongerThanTheNextStillKnowsWhatWasWrittenMeanwhile() throws Exception {
    long slow = queue.beginRead();
    await(queue.run(id("h1"), () -> begin("written")));
    long next = queue.beginRead();

    assertThat(queue.mayBeOutdated(id("h1"), slow)).isTrue();
    assertThat(queue.mayBeOutdated(id("h1"), next)).isFalse();
    assertThat(queue.mayBeOutdated(id("h2"), slow)).isFalse();
  }
}
