package io.servicegroup.backend.memcached;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A key's value and version, as they were read.
 *
 * @param value the bytes, which must not be modified
 * @param version memcached's own, which changes with each write; any 64 bits
 */
record MemcachedItem(byte[] value, long version) {

  /** The value as text. */
  String text() {
    return new String(value, StandardCharsets.UTF_8);
  }

  /** What is remembered of this value instead of the value. */
  Print print() {
    return new Print(version, value.length, sum(value));
  }

  private static long sum(byte[] value) {
    CRC32 sum = new CRC32();
    sum.update(value);
    return sum.getValue();
  }

  /**
   * What tells a value from a later one of the same key. The version alone does not: a server that
   * was restarted counts from the beginning.
   */
  record Print(long version, int length, long sum) {

    /** Whether an item has the value of which this is. */
    boolean isOf(MemcachedItem item) {
      return version == item.version
          && length == item.value.length
          && sum == MemcachedItem.sum(item.value);
    }
  }
}
