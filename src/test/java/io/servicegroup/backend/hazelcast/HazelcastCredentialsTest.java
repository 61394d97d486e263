package io.servicegroup.backend.hazelcast;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.security.ICredentialsFactory;
import com.hazelcast.security.UsernamePasswordCredentials;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.ConfigLoader;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Watch;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HazelcastCredentialsTest {

  private final Vertx vertx = Vertx.vertx();

  @TempDir private Path directory;

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private BackendUri uri(Path password) {
    String text = "hazelcast://agent:${file:%s}@127.0.0.1/dev?mode=client".formatted(password);
    AgentConfig config =
        await(new ConfigLoader(vertx, List.of(), Map.of(), List.of("catalog.uri=" + text)).load());
    return config.catalog().uri();
  }

  @Test
  void thePasswordIsReadAgainForEachConnection() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "first");
    BackendUri uri = uri(password);
    Duration second = Duration.ofSeconds(1);
    LivenessSettings settings =
        new LivenessSettings(
            "hazelcast", "a", uri, second, Duration.ofSeconds(6), second, Watch.ALL);
    ICredentialsFactory connections =
        HazelcastConfigs.client(uri, settings)
            .getSecurityConfig()
            .asCredentialsFactory(getClass().getClassLoader());
    assertThat(said(connections)).isEqualTo("first");
    Files.writeString(password, "sec@nd");
    assertThat(said(connections)).isEqualTo("sec@nd");
  }

  private static String said(ICredentialsFactory connections) {
    UsernamePasswordCredentials said = (UsernamePasswordCredentials) connections.newCredentials();
    assertThat(said.getName()).isEqualTo("agent");
    return said.getPassword();
  }
}
