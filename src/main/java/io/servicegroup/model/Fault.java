package io.servicegroup.model;

/**
 * One thing that is wrong with what somebody wrote: in a configuration, on a command line, or of a
 * member.
 *
 * @param key the key's path, for example {@code services[0].group}, or the field's name
 * @param given the value as it may be printed (secrets masked), or null where there is no value to
 *     speak of
 * @param rule what is wrong with it, and what is allowed
 */
public record Fault(String key, String given, String rule) {

  /** The fault in one line. */
  @Override
  public String toString() {
    return key + ": " + (given == null ? "" : "given " + given + "; ") + rule;
  }
}
