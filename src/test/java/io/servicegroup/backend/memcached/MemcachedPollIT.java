package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.memcached.ScriptedMemcached.Said;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A poll that asks in several round trips, of which some fail. */
class MemcachedPollIT {

  private static final Vertx VERTX = Vertx.vertx();

  private final Map<String, Buffer> items = new ConcurrentHashMap<>();
  private volatile String fatal = "nothing";

  @AfterAll
  static void close() {
    await(VERTX.close());
  }

  /** Answers as a server does, and closes the connection where the fatal key is asked for. */
  private void answer(int number, Said said) {
    String[] lines = said.text().split("\r\n");
    for (int i = 0; i < lines.length; i++) {
      List<String> words = List.of(lines[i].split(" "));
      if (words.contains(fatal)) {
        said.close();
      } else if (words.get(0).equals("set")) {
        i++;
        items.put(words.get(1), Buffer.buffer(lines[i]));
        said.answer("STORED\r\n");
      } else {
        words.stream().filter(items::containsKey).forEach(key -> answer(key, said));
        said.answer("END\r\n");
      }
    }
  }

  private void answer(String key, Said said) {
    Buffer value = items.get(key);
    said.answer("VALUE " + key + " 0 " + value.length() + " 1\r\n");
    said.socket().write(value);
    said.answer("\r\n");
  }

  @Test
  void aLossThatAPollFoundBeforeItFailedIsToldByTheNext() {
    try (ScriptedMemcached server = new ScriptedMemcached(VERTX, this::answer);
        MemcachedHarness agent = MemcachedHarness.open(VERTX, "a", server.uri())) {
      agent.poll();
      assertThat(agent.poll().dataLost()).isFalse();
      items.clear();
      ToozGroupList groups = new ToozGroupList();
      groups.add(List.of("g"));
      items.put(MemcachedKeys.GROUP_LIST, Buffer.buffer(groups.encode()));
      fatal = MemcachedKeys.toozGroup("g");
      assertThatThrownBy(agent::poll).hasMessageContaining("127.0.0.1");
      fatal = "nothing";
      assertThat(agent.pollUntil(seen -> true).dataLost()).isTrue();
      assertThat(agent.poll().dataLost()).isFalse();
    }
  }
}
