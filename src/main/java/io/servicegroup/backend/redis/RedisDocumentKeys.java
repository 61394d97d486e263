package io.servicegroup.backend.redis;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.EnumText;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The hashes, fields and keys of the catalogue's documents. */
final class RedisDocumentKeys {

  private final RedisKeys keys;

  RedisDocumentKeys(RedisKeys keys) {
    this.keys = keys;
  }

  /** The channel on which a changed member is announced. */
  String news() {
    return keys.catalogNews();
  }

  /** The hash of a kind of documents. */
  String hash(Kind kind) {
    return keys.catalog(EnumText.of(kind));
  }

  /** The key that remembers the removal of a document. */
  String removed(Key key) {
    return keys.removed(EnumText.of(key.kind()), field(key));
  }

  /**
   * The field of a member: the encoded group, a colon, the host. The encoding has no colon, so the
   * first one ends the group.
   */
  static String field(Key key) {
    return URLEncoder.encode(key.group(), StandardCharsets.UTF_8) + ":" + key.name();
  }

  /**
   * The key that a field names. A field that is not one of ours gets no group, so that it is not
   * mistaken for a member.
   */
  static Key key(Kind kind, String field) {
    int colon = field.indexOf(':');
    try {
      String group =
          URLDecoder.decode(field.substring(0, Math.max(0, colon)), StandardCharsets.UTF_8);
      return new Key(kind, group, field.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return new Key(kind, "", field);
    }
  }
}
