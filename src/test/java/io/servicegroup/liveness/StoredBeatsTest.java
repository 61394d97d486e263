package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Logged;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read of keys that anybody may have written. */
class StoredBeatsTest {

  private final StoredBeats beats = new StoredBeats("redis");

  private void read(String text) {
    beats.read(new MemberId("compute", "h1"), "a:key", text);
  }

  @Test
  void whatIsNoBeatIsNamedOnceUntilItIsAnother() {
    List<String> said =
        Logged.during(
            () -> {
              for (int i = 0; i < 3; i++) {
                read("999999999999999999-dead 5 alive");
                read(null);
              }
              read("7-abc 5 alive");
              read("7-abc 6 alive");
              read("\u001b[31m");
            });

    assertThat(said).hasSize(2);
    assertThat(said.get(0))
        .contains("redis", "a:key", "compute/h1", "999999999999999999-dead", "at most");
    assertThat(said.get(1)).contains("a:key").doesNotContain("\u001b");
  }
}
