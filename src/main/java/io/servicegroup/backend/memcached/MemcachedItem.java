package io.servicegroup.backend.memcached;

import java.nio.charset.StandardCharsets;

/**
 * The value of a key and its version, as a read found them.
 *
 * @param value bytes, not to be changed
 * @param version memcached's own, by which a change of it can be told; any 64 bits
 */
record MemcachedItem(byte[] value, long version) {

  /** The value as text. */
  String text() {
    return new String(value, StandardCharsets.UTF_8);
  }
}
