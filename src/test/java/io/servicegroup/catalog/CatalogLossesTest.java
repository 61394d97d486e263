package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogLossesTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void timesAreInMillisecondsAsAllOthers() {
    BlockingQueue<CatalogLoss> told = new LinkedBlockingQueue<>();
    Topics.CATALOG_LOSS.consume(vertx, told::add);
    new CatalogLosses(vertx, "redis://h").found(Set.of(new MemberId("g", "h")));
    Instant since = next(told).since();
    assertThat(since).isEqualTo(since.truncatedTo(ChronoUnit.MILLIS));
  }
}
