package io.servicegroup.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.ConfigLoader;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendUrisTest {

  private static final BackendUri RUNNING = BackendUri.parse("postgresql://u:p@127.0.0.1:1/x");

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  private AgentConfig config(String catalog, String backend) throws Exception {
    List<String> set = List.of("catalog.uri=" + catalog, "liveness.backends=['" + backend + "']");
    return new ConfigLoader(vertx, List.of(), Map.of(), set).load().await(20, TimeUnit.SECONDS);
  }

  @Test
  void oneServerInTwoSpellingsIsStartedOnceAndReplacesBoth() throws Exception {
    AgentConfig config = config("embedded:", "embedded:./data");
    List<BackendUri> uris = BackendUris.of(config);
    assertThat(uris).containsExactly(config.catalog().uri());
    AgentConfig replaced = BackendUris.replace(config, uris.get(0), RUNNING);
    assertThat(replaced.catalog().uri()).isEqualTo(RUNNING);
    assertThat(BackendUris.of(replaced)).containsExactly(RUNNING);
  }

  @Test
  void aServerWithOtherOptionsIsAnother() throws Exception {
    AgentConfig config = config("embedded:", "embedded:?port=5433");
    assertThat(BackendUris.of(config)).hasSize(2);
  }
}
