package io.servicegroup.backend.memcached;

import java.nio.charset.StandardCharsets;

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
}
