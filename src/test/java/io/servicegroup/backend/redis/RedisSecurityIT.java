package io.servicegroup.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.SelfSigned;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passwords, users with few rights, TLS, databases. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisSecurityIT {

  private static final String PASSWORD = "s3cret:/@w%rd";
  private static final String ENCODED = "s3cret%3A%2F%40w%25rd";

  @TempDir private static Path directory;
  @Started private static Vertx vertx;

  /** Whether everything works there: beats, news, polls. */
  private static void assertWorks(String uri, boolean announces) {
    try (RedisLivenessHarness agent = new RedisLivenessHarness(vertx, "a", uri, false).open()) {
      Heartbeat one = agent.join("compute", "host-1", 7);
      agent.write(one);
      assertThat(agent.poll().beats()).hasSize(1);
      agent.write(RedisLivenessHarness.in(Heartbeat.State.FAILED, "x", one));
      assertThat(agent.awaitNews(Duration.ofSeconds(10))).isTrue();
      assertThat(agent.poll().gone()).hasSize(1);
      agent.write(RedisLivenessHarness.next(one));
      try (RedisLivenessHarness other = new RedisLivenessHarness(vertx, "b", uri, false).open()) {
        agent.write(RedisLivenessHarness.in(Heartbeat.State.FAILED, "x", one));
        Duration wait = announces ? Duration.ofSeconds(10) : Duration.ofMillis(300);
        assertThat(other.awaitNews(wait)).isEqualTo(announces);
      }
    }
  }

  private static void assertRefused(String uri) {
    try (RedisLivenessHarness agent = new RedisLivenessHarness(vertx, "a", uri, false)) {
      assertThatThrownBy(agent::open)
          .isInstanceOf(Exception.class)
          .hasMessageNotContaining("s3cret")
          .hasMessageContaining("127.0.0.1:");
    }
  }

  @Test
  void aPasswordIsGivenAndAWrongOneRefused() {
    try (RedisServer server = RedisServer.createSecured(PASSWORD)) {
      String host = "127.0.0.1:" + server.port();
      assertWorks("redis://:" + ENCODED + "@" + host, true);
      assertWorks("redis://default:" + ENCODED + "@" + host, true);
      assertRefused("redis://:s3cret@" + host);
      assertRefused("redis://nobody:" + ENCODED + "@" + host);
      assertRefused("redis://" + host);
    }
  }

  /** Somebody keeps something else where a group would be, and another group is closed. */
  @Test
  void aGroupThatTheServerRefusesTakesNobodyElseAlong() {
    Map<String, Concern> concerns = new ConcurrentHashMap<>();
    Topics.CONCERN.consume(vertx, concern -> concerns.put(concern.subject(), concern));
    try (RedisServer server = RedisServer.create()) {
      String uri = server.uri();
      RedisLivenessHarness.ask(vertx, uri, Command.SET, "_tooz_group:odd", "x");
      RedisLivenessHarness.ask(vertx, uri, Command.SADD, "_tooz_groups", "odd");
      try (RedisLivenessHarness agent = new RedisLivenessHarness(vertx, "a", uri, false).open()) {
        Heartbeat odd = agent.join("odd", "h1", 7);
        Heartbeat one = agent.join("compute", "host-1", 7);
        for (int i = 0; i < 3; i++) {
          agent.write(odd, one);
          assertThat(agent.poll().beats()).hasSize(2);
        }
        agent.write(RedisLivenessHarness.in(Heartbeat.State.FAILED, "x", odd), one);
        assertThat(agent.poll().gone()).hasSize(1);
      }
    }
    assertThat(concerns.get("group odd").text()).contains("WRONGTYPE", "_tooz_group:odd");
    assertThat(concerns.get("entries of group odd").text()).contains("WRONGTYPE");
    assertThat(concerns).doesNotContainKey("group compute");
  }

  @Test
  void aUserWithoutChannelsIsServedByPolls() {
    try (RedisServer server = RedisServer.create()) {
      String host = "127.0.0.1:" + server.port();
      Response set =
          RedisLivenessHarness.ask(
              vertx,
              server.uri(),
              Command.ACL,
              "SETUSER",
              "nova",
              "on",
              ">pw",
              "~*",
              "+@all",
              "resetchannels");
      assertThat(set).hasToString("OK");
      assertWorks("redis://nova:pw@" + host, false);
    }
  }

  @Test
  void tlsIsSpokenAndVerifiedBothWays() {
    SelfSigned certificate = SelfSigned.create(directory, "redis");
    SelfSigned other = SelfSigned.create(directory, "other");
    try (RedisServer server = RedisServer.createTls(certificate)) {
      assertWorks(server.uri(), true);
      String host = "127.0.0.1:" + server.port();
      String client =
          "ssl_certfile=" + certificate.certificate() + "&ssl_keyfile=" + certificate.key();
      assertWorks(
          "rediss://" + host + "?ssl_ca_certs=" + certificate.certificate() + "&" + client, true);
      assertRefused("rediss://" + host + "?ssl_ca_certs=" + other.certificate() + "&" + client);
      assertRefused("rediss://" + host + "?" + client);
      assertRefused("rediss://" + host + "?ssl_ca_certs=" + certificate.certificate());
    }
  }

  @Test
  void theDatabaseIsThatOfThePathOrTheOption() {
    try (RedisServer server = RedisServer.create()) {
      String uri = server.uri();
      assertWorks(uri + "/3", true);
      assertWorks(uri + "?db=4", true);
      assertThat(RedisLivenessHarness.ask(vertx, uri, Command.DBSIZE).toInteger()).isZero();
      for (String database : new String[] {"/3", "/4"}) {
        assertThat(RedisLivenessHarness.ask(vertx, uri + database, Command.DBSIZE).toInteger())
            .isPositive();
      }
      assertRefused(uri + "/77");
    }
  }
}
