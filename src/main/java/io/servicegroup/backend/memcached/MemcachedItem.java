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

  /** A fingerprint by which this value is recognised later, so that the value need not be kept. */
  Print print() {
    return new Print(version, value.length, sum(value));
  }

  private static long sum(byte[] value) {
    CRC32 sum = new CRC32();
    sum.update(value);
    return sum.getValue();
  }

  /**
   * The fingerprint of a value. It has length and checksum beside the version, because a server
   * that was restarted gives its first versions again.
   */
  record Print(long version, int length, long sum) {

    /** Whether this is the fingerprint of an item's value. */
    boolean isOf(MemcachedItem item) {
      return version == item.version
          && length == item.value.length
          && sum == MemcachedItem.sum(item.value);
    }
  }
}
