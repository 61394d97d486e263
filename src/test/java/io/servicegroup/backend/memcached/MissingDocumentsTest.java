package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MissingDocumentsTest {

  private static final Key A = new Key(Kind.MEMBER, "compute", "a");
  private static final Key B = new Key(Kind.MEMBER, "other", "b");

  private long nanos;
  private final MissingDocuments missing = new MissingDocuments(() -> nanos);

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void aJoinUnderWayIsNoLoss() {
    missing.listed(null, List.of(A));
    pass(Duration.ofSeconds(2));
    assertThat(missing.lost()).isEmpty();
    missing.listed(null, List.of());
    pass(Duration.ofSeconds(2));
    assertThat(missing.lost()).isEmpty();
  }

  @Test
  void whatStaysMissingIsLostAndAtLastForgotten() {
    missing.listed(null, List.of(A));
    pass(Duration.ofSeconds(4));
    missing.listed("compute", List.of(A));
    assertThat(missing.lost()).containsExactly(A);
    assertThat(missing.forgotten()).isEmpty();
    pass(Duration.ofMinutes(10));
    assertThat(missing.forgotten()).containsExactly(A);
    missing.listed(null, List.of());
    assertThat(missing.lost()).isEmpty();
  }

  @Test
  void theListOfOneGroupSaysNothingOfAnother() {
    missing.listed(null, List.of(A, B));
    pass(Duration.ofSeconds(4));
    missing.listed("compute", List.of());
    assertThat(missing.lost()).containsExactly(B);
  }
}
