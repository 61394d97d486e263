package io.servicegroup.config;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Prints configured values without the secrets in them. */
final class Masking {

  static final String MASK = "***";

  private static final int MAX_SHOWN = 120;
  // Greedy on purpose, so that a password is hidden whole even where it holds an @ or a / that
  // should have been encoded.
  private static final Pattern USER_INFO = Pattern.compile("^([^:@]*:(?://)?).*@", Pattern.DOTALL);
  // A text in the place of a port is probably a password, in a URI whose host was forgotten.
  private static final Pattern NO_PORT =
      Pattern.compile("(?<=://)([^/?\\[:@]*:)(?!\\d+(?:[,/?]|$))[^/?@]+");
  private static final Pattern PASSWORD = Pattern.compile("(://[^/?@]*:)[^/?@]*@");
  private static final Pattern SECRET_KEY = Pattern.compile("(?is)" + secretName("."));
  private static final Pattern SECRET_OPTION = Pattern.compile("(?is)" + secretOption("."));
  // Names may begin inside of the value of another option, as in ?next=/path?token=….
  private static final Pattern SECRET_IN_QUERY =
      Pattern.compile("(?i)([?&](?:" + secretOption("[^=&]") + ")=)[^&]*");

  private Masking() {}

  /** A value of any type as one short line, without what may be a secret in a URI. */
  static String shown(Object value) {
    if (value == null) {
      return "nothing";
    }
    if (value instanceof Map<?, ?> map) {
      return map.isEmpty() ? "an empty map" : "a map";
    }
    if (value instanceof List<?> list) {
      return list.isEmpty() ? "an empty list" : "a list";
    }
    if (value instanceof OverridingText overriding) {
      return shown(overriding.text()) + overriding.from();
    }
    if (value instanceof String text) {
      return '"' + printable(uri(text)) + '"';
    }
    return printable(value.toString());
  }

  /** A value that is secret: only its kind, and where it was set, are printed. */
  static String hidden(Object value) {
    if (value == null || value instanceof Map || value instanceof List) {
      return shown(value);
    }
    return value instanceof OverridingText overriding ? MASK + overriding.from() : MASK;
  }

  /** Masks everything that may be a secret in a URI, also where the URI is at fault. */
  static String uri(String text) {
    String masked = USER_INFO.matcher(text).replaceFirst("$1***@");
    masked = NO_PORT.matcher(masked).replaceFirst("$1***");
    return options(masked);
  }

  /** Masks the password, and options named like secrets, where a text is a sound URI. */
  static String soundUri(String text) {
    return options(PASSWORD.matcher(text).replaceFirst("$1***@"));
  }

  private static String options(String uri) {
    return SECRET_IN_QUERY.matcher(uri).replaceAll("$1" + MASK);
  }

  private static String secretName(String character) {
    return "%1$s*(?:pass|pwd|secret|token|credential|private|api_?key)%1$s*".formatted(character);
  }

  /** Names of options: beside those named like secrets, some others authorize a request. */
  private static String secretOption(String character) {
    return secretName(character)
        + "|(?:%s*[_.-])?(?:auth|authorization|key|sig|signature|session|jwt)".formatted(character);
  }

  /** Whether the name of an option in a query suggests that its value authorizes the request. */
  static boolean isSecretOption(String name) {
    return SECRET_OPTION.matcher(name).matches();
  }

  /** Whether the name of a key suggests that its value is a secret. */
  static boolean isSecret(String key) {
    return SECRET_KEY.matcher(key).matches();
  }

  /** A text of at most {@value #MAX_SHOWN} characters that cannot disturb a terminal. */
  static String printable(String text) {
    String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    StringBuilder printable = new StringBuilder();
    shown.codePoints().forEach(c -> printable.appendCodePoint(isPrintable(c) ? c : '?'));
    return printable.toString();
  }

  private static boolean isPrintable(int codePoint) {
    return !Character.isISOControl(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE
        && Character.getType(codePoint) != Character.LINE_SEPARATOR
        && Character.getType(codePoint) != Character.PARAGRAPH_SEPARATOR
        && Character.getType(codePoint) != Character.FORMAT;
  }
}
