package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nothing that an agent does is bound to a session. */
class PoolerIT {

  @Test
  void beatsAndJoinsGoThroughATransactionPooler() {
    Result result = Pooler.run(Duration.ofSeconds(10));
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}
