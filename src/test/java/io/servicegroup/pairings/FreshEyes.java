package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.backend.Technology;
import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Journal;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a liveness backend says of a member to somebody who has seen nothing before, and believes
 * that the catalogue has the member.
 */
final class FreshEyes {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int POLLS = 3;

  private FreshEyes() {}

  /**
   * Looks.
   *
   * @return {@code beat}, {@code held} or the cause of an absence, each once; empty where there is
   *     nothing of the member
   */
  static List<String> look(Pairing pairing, Member member) {
    BackendUri uri = BackendUri.parse(pairing.livenessUri());
    LivenessSettings settings =
        new LivenessSettings(
            uri.scheme().text(),
            "fresh-" + pairing,
            uri,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofMillis(500),
            Watch.groups(Set.of(member.id().group())),
            CreateTables.ALL);
    Vertx vertx = Vertx.vertx();
    try {
      Journal<Sightings> seen = new Journal<>();
      Topics.SIGHTINGS.consume(vertx, seen::add);
      await(
          vertx.deployVerticle(
              new LivenessVerticle(settings, Technology.of(uri.scheme())::liveness)));
      Topics.CATALOG.publish(vertx, new CatalogEvent(CatalogEvent.Type.JOINED, member, false));
      return seen.await(seen.mark(), POLLS, any -> true, PATIENCE).stream()
          .flatMap(one -> said(one, member))
          .distinct()
          .toList();
    } finally {
      await(vertx.close());
    }
  }

  private static Stream<String> said(Sightings seen, Member member) {
    return Stream.of(
            seen.beats().stream().filter(b -> b.id().equals(member.id())).map(b -> "beat"),
            seen.held().stream().filter(b -> b.id().equals(member.id())).map(b -> "held"),
            seen.gone().stream()
                .filter(absence -> absence.id().equals(member.id()))
                .map(absence -> absence.cause().name()))
        .flatMap(all -> all);
  }
}
