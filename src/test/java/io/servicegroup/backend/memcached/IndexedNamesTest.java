package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexedNamesTest {

  private static final Key A = new Key(Kind.MEMBER, "compute", "a");
  private static final Key B = new Key(Kind.MEMBER, "compute", "b");
  private static final Key OTHER = new Key(Kind.MEMBER, "日本 \"x\"", "a/b, c");

  private static List<Key> keys(IndexedNames names) {
    List<Key> keys = new ArrayList<>();
    names.addTo(keys);
    return keys;
  }

  @Test
  void holdsAnyName() {
    IndexedNames names = new IndexedNames();
    assertThat(names.set(A, true)).isTrue();
    assertThat(names.set(B, true)).isTrue();
    assertThat(names.set(OTHER, true)).isTrue();
    assertThat(names.set(A, true)).as("there already").isFalse();

    assertThat(keys(IndexedNames.parse(names.encode()))).containsExactlyInAnyOrder(A, B, OTHER);
  }

  @Test
  void aGroupGoesWithItsLastMember() {
    IndexedNames names = new IndexedNames();
    names.set(A, true);
    assertThat(names.set(B, false)).isFalse();
    assertThat(names.set(OTHER, false)).isFalse();
    assertThat(names.set(A, false)).isTrue();
    assertThat(names.encode()).isEqualTo("{}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsNoneOfOursHoldsNoNames() {
    for (String stored : List.of("", "x", "[]", "{\"a\":1}", "{\"a\":[1]}", "{\"a\":null}")) {
      byte[] value = stored.getBytes(StandardCharsets.UTF_8);
      assertThat(keys(IndexedNames.parse(value))).as(stored).isEmpty();
    }
  }
}
