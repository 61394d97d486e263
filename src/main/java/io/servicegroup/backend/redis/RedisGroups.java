package io.servicegroup.backend.redis;

import io.servicegroup.bus.Concerns;
import io.servicegroup.runtime.Why;

/**
 * Reports which of tooz's groups this agent may not read or write. Other programs own these keys
 * too: the server may refuse one because a right is missing or because the key has another type. A
 * refused group is named in the log and in health, and does not affect the others.
 */
final class RedisGroups {

  private static final String LIST = "the list of groups";

  private final Concerns concerns;
  private final RedisKeys keys;

  RedisGroups(Concerns concerns, RedisKeys keys) {
    this.concerns = concerns;
    this.keys = keys;
  }

  void listRead() {
    concerns.settle(LIST);
  }

  void listRefused(Throwable why) {
    concerns.raise(LIST, sentence(LIST, "read", keys.groups(), why));
  }

  void read(String group) {
    concerns.settle("group " + group);
  }

  void refused(String group, Throwable why) {
    String subject = "group " + group;
    concerns.raise(subject, sentence(subject, "read", keys.group(group), why));
  }

  void written(String group) {
    concerns.settle("entries of group " + group);
  }

  void notWritten(String group, Throwable why) {
    String subject = "entries of group " + group;
    concerns.raise(subject, sentence(subject, "written", keys.group(group), why));
  }

  private static String sentence(String subject, String done, String key, Throwable why) {
    return subject
        + " cannot be "
        + done
        + " ("
        + Why.of(why)
        + "): members that only tooz knows are not seen here, or ours not by tooz's readers; our"
        + " own beats go on. Give the user of this backend's URI the rights that docs/backends.md"
        + " lists, or delete the key "
        + key
        + " where it is none of tooz's";
  }
}
