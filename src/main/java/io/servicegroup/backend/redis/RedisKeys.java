package io.servicegroup.backend.redis;

import io.servicegroup.model.MemberId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The names of the keys: tooz's keys, and our own beside them. */
final class RedisKeys {

  /** The field that keeps the hash of a group without members from being deleted by Redis. */
  static final String CREATED = "__created__";

  private final String namespace;
  private final String ours;
  private final Map<String, String> prefixes = new HashMap<>();

  RedisKeys(String namespace) {
    this.namespace = namespace;
    this.ours = "servicegroup:" + encode(namespace) + ":";
  }

  /** The set of all groups. */
  String groups() {
    return namespace + "_groups";
  }

  /** The hash of a group's members. */
  String group(String group) {
    return namespace + "_group:" + group;
  }

  /** tooz's heartbeat key of a member id, which the members of all groups on a host share. */
  String beat(String host) {
    return namespace + "_beats:" + host;
  }

  /**
   * Our own heartbeat key of a member. The encoded group has no colon, so the first colon ends it
   * and no two members share a key.
   */
  String own(MemberId id) {
    return beats(id.group()) + id.host();
  }

  /** Whether a key is our own key of a member of a group. */
  boolean isOwnOf(String group, String key) {
    return key.startsWith(beats(group));
  }

  private String beats(String group) {
    return prefixes.computeIfAbsent(group, first -> ours + "beat:" + encode(first) + ":");
  }

  /** The key of an agent's canary. */
  String canary(String agent) {
    return ours + "canary:" + agent;
  }

  /** The key by which an agent states that it is alive but cannot beat; it expires by itself. */
  String stalled(String agent) {
    return ours + "stalled:" + agent;
  }

  /** The channel on which a member's changed state is announced, by the name of its own key. */
  String news() {
    return ours + "news";
  }

  /** The hash that holds the catalogue's documents of one kind. */
  String catalog(String kind) {
    return ours + "catalog:" + kind;
  }

  /** The key that remembers the removal of a document from the catalogue. */
  String removed(String kind, String field) {
    return ours + "removed:" + kind + ":" + field;
  }

  /** The channel on which a changed member of the catalogue is announced. */
  String catalogNews() {
    return ours + "catalog-news";
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
