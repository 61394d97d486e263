package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DescriptorsTest {

  private boolean exhausted;
  private final Descriptors descriptors =
      new Descriptors(
          () -> {
            if (exhausted) {
              throw new IOException("Too many open files");
            }
          });

  private Optional<String> looks(int times) {
    Optional<String> end = Optional.empty();
    for (int i = 0; i < times; i++) {
      end = descriptors.look();
    }
    return end;
  }

  @Test
  void aLackThatPassesIsToldOnceAndItsEndOnce() {
    List<String> lines =
        Logged.during(
            () -> {
              assertThat(looks(5)).isEmpty();
              exhausted = true;
              assertThat(looks(Descriptors.MOST_LOOKS - 1)).isEmpty();
              exhausted = false;
              assertThat(looks(5)).isEmpty();
            });
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("Too many open files", "LimitNOFILE");
    assertThat(lines.get(1)).contains("can be opened again after 14 s");
  }

  @Test
  void oneThatLastsIsTheEnd() {
    exhausted = true;
    assertThat(looks(Descriptors.MOST_LOOKS)).get().asString().contains("Too many open files");
  }
}
