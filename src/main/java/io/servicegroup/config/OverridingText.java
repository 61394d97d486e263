package io.servicegroup.config;

/**
 * A value that the environment or the command line sets over the files'. A key whose type is a text
 * takes it as it is; for any other type it is read as YAML.
 *
 * @param text the text as it was given
 * @param origin the environment variable or the option that sets it, for messages; null where the
 *     caller names the source itself
 */
record OverridingText(String text, String origin) {

  /** The origin as the end of a message, or nothing. */
  String from() {
    return origin == null ? "" : " (from " + origin + ")";
  }
}
