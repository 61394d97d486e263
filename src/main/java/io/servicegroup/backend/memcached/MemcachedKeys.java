package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * The names of the keys, within memcached's limits: at most 250 bytes, no blanks. tooz's keys are
 * named as tooz names them; a name that tooz could not use has no key.
 */
final class MemcachedKeys {

  static final String GROUP_LIST = "_TOOZ_GROUP_LIST";

  private static final String GROUP = "_TOOZ_GROUP_";
  private static final String MEMBER = "_TOOZ_MEMBER_";
  private static final String OWN = "servicegroup:member:";
  private static final String HASHED = "servicegroup:hashed:";
  private static final String CATALOG = "servicegroup:catalog:";
  private static final String INDEX = "servicegroup:index:";
  private static final String CANARY = "servicegroup:canary:";
  private static final String STALLED = "servicegroup:stalled:";
  private static final int MOST_BYTES = 250;

  /** The longest expiry that memcached reads as a span rather than as a point in time. */
  private static final long MOST_SECONDS = Duration.ofDays(30).toSeconds();

  private MemcachedKeys() {}

  /** The key of a member's beat by one of our agents. */
  static String own(MemberId id) {
    return fitting(OWN + plain(id.group()) + "/" + plain(id.host()));
  }

  /** The key of a document of the catalogue. */
  static String document(DocumentStore.Key key) {
    String kind = EnumText.of(key.kind());
    return fitting(CATALOG + kind + ":" + plain(key.group()) + "/" + plain(key.name()));
  }

  /** The key of a part of the catalogue's index. */
  static String index(int part) {
    return INDEX + part;
  }

  private static String fitting(String key) {
    return key.length() <= MOST_BYTES ? key : HASHED + hash(key);
  }

  static String canary(String agent) {
    return CANARY + hash(agent);
  }

  /** The key by which an agent states that it is alive but cannot beat. */
  static String stalled(String agent) {
    return STALLED + hash(agent);
  }

  /** tooz's key of a group; null where tooz could not store it. */
  static String toozGroup(String group) {
    String key = GROUP + group;
    return key.equals(GROUP_LIST) ? null : usable(key);
  }

  /**
   * tooz's heartbeat key of a member id, which all its groups share; null where tooz could not
   * store it.
   */
  static String toozMember(String host) {
    return usable(MEMBER + host);
  }

  /**
   * The index of the server that stores one of our keys; all agents with the same list of servers
   * agree on it.
   */
  static int server(String key, int servers) {
    return part(key, servers);
  }

  /** The part to which a key belongs; the same in every agent. */
  static int part(String key, int parts) {
    CRC32 sum = new CRC32();
    sum.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (sum.getValue() % parts);
  }

  /**
   * An expiry in whole seconds, plus one: memcached counts the first second from the last tick of
   * its clock, so it may end at once.
   */
  static int seconds(Duration timeout) {
    return (int) Math.min(MOST_SECONDS, (timeout.toMillis() + 999) / 1_000 + 1);
  }

  private static String usable(String key) {
    return isUsable(key) ? key : null;
  }

  /** Whether memcached accepts the key and returns it unchanged. */
  static boolean isUsable(String key) {
    boolean ascii = true;
    // A loop rather than a stream, because each beat calls this.
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c <= ' ' || c == 0x7f) {
        return false;
      }
      ascii &= c < 0x80;
    }
    return !key.isEmpty() && key.length() <= MOST_BYTES && (ascii || isEncodable(key));
  }

  private static boolean isEncodable(String key) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(key)
        && key.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES;
  }

  private static String plain(String name) {
    int end = 0;
    while (end < name.length() && isPlain(name.charAt(end))) {
      end++;
    }
    if (end == name.length()) {
      return name;
    }
    StringBuilder text = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      text.append(isPlain(b) ? Character.toString(b) : "%%%02X".formatted(b));
    }
    return text.toString();
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c < 0x7f && c != '%' && c != '/';
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
