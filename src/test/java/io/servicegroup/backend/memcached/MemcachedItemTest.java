package io.servicegroup.backend.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.memcached.MemcachedItem.Print;
import org.junit.jupiter.api.Test;

class MemcachedItemTest {

  private static MemcachedItem item(String value, long version) {
    return new MemcachedItem(value.getBytes(UTF_8), version);
  }

  @Test
  void aServerThatCountsFromTheBeginningIsNotTakenForTheOneBefore() {
    Print before = item("a and b", 7).print();
    assertThat(before.isOf(item("a and b", 7))).isTrue();
    assertThat(before.isOf(item("a and b", 8))).isFalse();
    assertThat(before.isOf(item("a and c", 7))).isFalse();
    assertThat(before.isOf(item("a", 7))).isFalse();
  }
}
