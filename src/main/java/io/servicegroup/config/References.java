package io.servicegroup.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces the references {@code ${env:NAME}} and {@code ${file:PATH}} by the secrets that they
 * refer to, and remembers the secrets, so that they can be masked in everything that is printed.
 */
final class References {

  private static final int MAX_FILE_BYTES = 64 * 1024;
  private static final int SHORTEST_SEARCHED = 4;
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w+):([^}]*)(\\}?)");

  private static final String FILE = "${file:";

  private final Map<String, String> environment;
  private final Set<String> secrets = Collections.synchronizedSet(new LinkedHashSet<>());
  private final List<Runnable> renewals = new ArrayList<>();

  private References(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Resolves references by these environment variables and the files of this machine. */
  static References of(Map<String, String> environment) {
    return new References(Map.copyOf(environment));
  }

  /**
   * Takes every text as it is. This is for joins, which come from outside while the agent runs and
   * must not read this machine's files.
   */
  static References none() {
    return new References(null);
  }

  /** Whether a file holds a part of the value, so that it is read again for each use. */
  boolean readsFile(String text) {
    return isIn(text) && text.contains(FILE);
  }

  /** Adds an action for {@link #confirm}. */
  void whenConfirmed(Runnable renewal) {
    renewals.add(renewal);
  }

  /** Runs the added actions, because the configuration passed all its checks. */
  void confirm() {
    renewals.forEach(Runnable::run);
  }

  boolean isIn(String text) {
    return environment != null && REFERENCE.matcher(text).find();
  }

  /**
   * Resolves a value.
   *
   * @throws IllegalArgumentException with a sentence that names every reference that leads nowhere
   */
  String resolve(String text) {
    return resolve(text, text.length() + 1);
  }

  /**
   * Resolves a URI. A secret in the user information is percent-encoded, because passwords are
   * stored as they are; a secret that is the whole URI is not.
   *
   * @throws IllegalArgumentException with a sentence that names every reference that leads nowhere
   */
  String resolveUri(String text) {
    return resolve(text, text.length() - text.lastIndexOf('@'));
  }

  private String resolve(String text, int encodedFromEnd) {
    if (!isIn(text)) {
      return text;
    }
    int encodedUpTo = encodedFromEnd > text.length() ? 0 : text.length() - encodedFromEnd;
    List<String> missing = new ArrayList<>();
    String resolved =
        REFERENCE
            .matcher(text)
            .replaceAll(
                match -> {
                  String secret = lookUp(match, missing);
                  secrets.add(secret);
                  if (match.start() < encodedUpTo) {
                    secret = PercentCode.encode(secret);
                    secrets.add(secret);
                  }
                  return Matcher.quoteReplacement(secret);
                });
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", missing));
    }
    return resolved;
  }

  private String lookUp(MatchResult match, List<String> missing) {
    String name = Masking.printable(match.group(2));
    if (match.group(3).isEmpty()) {
      missing.add("a reference ends with a closing brace, as in ${env:NAME}");
    } else if (match.group(1).equals("env")) {
      String value = environment.get(match.group(2));
      if (value != null) {
        return value;
      }
      missing.add("the environment variable " + name + " is not set");
    } else if (match.group(1).equals("file")) {
      try {
        return read(Path.of(match.group(2)));
      } catch (IOException e) {
        missing.add("the file " + name + " cannot be read: " + FileFault.why(e));
      } catch (InvalidPathException e) {
        missing.add("the file " + name + " cannot be read: that is no path of a file");
      }
    } else {
      missing.add("allowed references are ${env:NAME} and ${file:PATH}");
    }
    return "";
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_FILE_BYTES + 1);
      if (content.length > MAX_FILE_BYTES) {
        throw new IOException("it has more than " + MAX_FILE_BYTES + " bytes");
      }
      return new String(content, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
    }
  }

  /**
   * Masks every secret that was referred to. A secret that is shorter than {@value
   * #SHORTEST_SEARCHED} characters is masked only where it is the whole text, because any longer
   * text may contain it by chance.
   */
  String mask(String text) {
    String masked = text;
    for (String secret : List.copyOf(secrets)) {
      if (masked.equals(secret) && !secret.isEmpty()) {
        return Masking.MASK;
      }
      if (secret.length() >= SHORTEST_SEARCHED) {
        masked = masked.replace(secret, Masking.MASK);
      }
    }
    return masked;
  }
}
