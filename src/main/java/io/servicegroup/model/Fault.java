package io.servicegroup.model;

/**
 * A value that is not allowed: in a configuration, on a command line, or in a member.
 *
 * @param key the key's path, for example {@code services[0].group}, or the field's name
 * @param given the value with its secrets masked, or null where a value says nothing
 * @param rule what is wrong with the value, and what is allowed
 */
public record Fault(String key, String given, String rule) {

  /** Writes the fault in one line. */
  @Override
  public String toString() {
    return key + ": " + (given == null ? "" : "given " + given + "; ") + rule;
  }
}
