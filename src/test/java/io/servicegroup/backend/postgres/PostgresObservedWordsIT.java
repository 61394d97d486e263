package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * In Nova's table, where nobody announces what Nova's operators say, an observer's polls find it
 * for the catalogue in the same agent.
 */
@Timeout(120)
class PostgresObservedWordsIT {

  private static final String ROW =
      "INSERT INTO services (topic, host, \"binary\", report_count, deleted)"
          + " VALUES ('compute', '%s', '%s', 0, 0)";

  @Started("fsync=off")
  private static PostgresServer server;

  @Started private static Vertx vertx;

  private final BlockingQueue<MemberNews> heard = new LinkedBlockingQueue<>();
  private ServiceCatalog catalog;
  private Supplier<Telling> telling;

  @BeforeEach
  void listen() {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    server.execute(PostgresChangeTriggersIT.NOVA);
    server.execute(ROW.formatted("h1", "b1"));
    catalog =
        new PostgresTechnology()
            .catalog(
                vertx, new AgentConfig.Catalog(BackendUri.parse(server.uri()), CreateTables.OWN));
    await(catalog.open());
    telling = await(catalog.watch(heard::add));
    await(catalog.list(MemberFilter.ALL));
  }

  @AfterEach
  void close() {
    await(catalog.close());
  }

  private static LivenessHarness observer(String... groups) {
    return PostgresLivenessRig.agent(vertx, "agent-1", server.uri(), false, groups).open();
  }

  @Test
  void whatNobodyAnnouncesIsFound() {
    assertThat(telling.get()).isEqualTo(Telling.OF_AGENTS);
    try (LivenessHarness observer = observer()) {
      observer.poll();
      assertThat(telling.get()).isEqualTo(Telling.OF_EVERYBODY);
      next(heard, MemberNews.OF_ANYBODY::equals);

      server.execute("UPDATE services SET report_count = 1, last_seen_up = now()");
      observer.poll();
      server.execute("UPDATE services SET disabled = true");
      observer.poll();
      assertThat(next(heard).members()).containsExactly(id("h1"));
      server.execute(ROW.formatted("h2", "b2"));
      observer.poll();
      assertThat(next(heard).members()).containsExactly(id("h2"));
      server.execute("UPDATE services SET deleted = id WHERE host = 'h1'");
      MemberNews gone = null;
      while (gone == null) {
        observer.poll(); // Everything is read once per report_interval.
        gone = heard.poll();
      }
      assertThat(gone.members()).containsExactly(id("h1"));
    }
  }

  @Test
  void whoDoesNotSeeEverybodyDoesNotFindEverything() {
    try (LivenessHarness observer = observer("compute")) {
      observer.poll();
      assertThat(telling.get()).isEqualTo(Telling.OF_AGENTS);
    }
  }

  @Test
  void afterTheObserverNobodyFindsAnything() {
    try (LivenessHarness observer = observer()) {
      observer.poll();
      assertThat(telling.get()).isEqualTo(Telling.OF_EVERYBODY);
    }
    await("the end of its validity", telling::get, Telling.OF_AGENTS::equals);
  }

  @Test
  void whereTriggersAnnounceNothingIsLookedFor() {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    server.execute(PostgresScripts.script(CreateTables.ALL));
    server.execute(ROW.formatted("h1", "b1"));
    try (LivenessHarness observer = observer()) {
      observer.poll();
      heard.clear();
      server.execute("ALTER TABLE services DISABLE TRIGGER ALL");
      server.execute("UPDATE services SET disabled = true");
      observer.poll();
      assertThat(next(heard, news -> !news.members().isEmpty()).members())
          .containsExactly(id("h1"));
    }
  }
}
