package io.servicegroup.bus;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Verdict;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stays in this process is handed over; everybody else reads JSON. */
class RequestHereTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  private final Vertx vertx = Vertx.vertx();
  private final Snapshot list =
      new Snapshot(
          "e", 1, false, List.of(new MemberView(Members.of("g", "h").build(), Verdict.UNKNOWN)));

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void anAnswerIsHandedOverAsItIs() {
    Topics.LIST.serve(vertx, filter -> Future.succeededFuture(list));
    assertThat(await(Topics.LIST.requestHere(vertx, MemberFilter.ALL, SOON))).isSameAs(list);
  }

  @Test
  void whoAsksOverTheBusReadsJson() {
    Topics.LIST.serve(vertx, filter -> Future.succeededFuture(list));
    JsonObject body =
        await(vertx.eventBus().<JsonObject>request(Topics.LIST.address(), new JsonObject())).body();
    assertThat(body).isEqualTo(Topics.LIST.encodeAnswer().apply(list));
  }

  @Test
  void whoAnswersWithJsonIsUnderstood() {
    vertx
        .eventBus()
        .<JsonObject>consumer(
            Topics.LIST.address(),
            request -> request.reply(Topics.LIST.encodeAnswer().apply(list)));
    Snapshot answer = await(Topics.LIST.requestHere(vertx, MemberFilter.ALL, SOON));
    assertThat(Topics.LIST.encodeAnswer().apply(answer))
        .isEqualTo(Topics.LIST.encodeAnswer().apply(list));
  }

  @Test
  void nobodyAnswers() {
    Future<Snapshot> answer = Topics.LIST.requestHere(vertx, MemberFilter.ALL, SOON);
    assertThatThrownBy(() -> await(answer)).isInstanceOf(ServiceGroupException.class);
  }

  @Test
  void anEventIsHandedOverAndIsJsonForOthers() {
    CatalogEvent event =
        new CatalogEvent(
            CatalogEvent.Type.JOINED, Members.of("g", "h").wordsOrder(7).build(), true);
    Promise<CatalogEvent> handed = Promise.promise();
    Promise<JsonObject> read = Promise.promise();
    Topics.CATALOG.consumeHere(vertx, handed::complete);
    vertx
        .eventBus()
        .<JsonObject>consumer(Topics.CATALOG.address(), message -> read.complete(message.body()));
    Topics.CATALOG.publish(vertx, event);
    assertThat(await(handed.future())).isSameAs(event);
    assertThat(await(read.future())).isEqualTo(Topics.CATALOG.encode().apply(event));
  }
}
