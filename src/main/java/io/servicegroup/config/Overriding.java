package io.servicegroup.config;

/**
 * A value from the environment or the command line. What it means depends on what the key takes: a
 * string is taken as it is, everything else is read as YAML.
 *
 * @param text as given
 * @param origin where it was given, for messages
 */
record Overriding(String text, String origin) {

  /** Where it comes from, as a part of a message; empty where whoever tells it says so himself. */
  String from() {
    return origin == null ? "" : " (from " + origin + ")";
  }
}
