package io.servicegroup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server keeps, and loses, what it says. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisServerIT {

  private static final Vertx VERTX = Vertx.vertx();

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  private static Response ask(RedisServer server, Command command, String... arguments) {
    Request request = Request.cmd(command);
    for (String argument : arguments) {
      request.arg(argument);
    }
    Redis client = Redis.createClient(VERTX, server.uri());
    return client.send(request).eventually(client::close).await();
  }

  @Test
  void keepsWhatItKnewWhenStoppedUnlessStartedEmpty() {
    try (RedisServer server = RedisServer.create()) {
      ask(server, Command.SET, "key", "value");
      server.stop();
      server.start();
      assertThat(ask(server, Command.GET, "key")).hasToString("value");
      server.kill();
      server.startEmpty();
      assertThat(ask(server, Command.GET, "key")).isNull();
    }
  }

  @Test
  void bothReleasesRun() {
    try (RedisServer old = RedisServer.create();
        RedisServer recent = RedisServer.createDebian()) {
      assertThat(ask(old, Command.INFO, "server").toString()).contains("redis_version:6.2");
      assertThat(ask(recent, Command.INFO, "server").toString()).contains("redis_version:7");
    }
  }
}
