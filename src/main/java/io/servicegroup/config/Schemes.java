package io.servicegroup.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** Finds the technologies on the class path by their service files. Thread-safe. */
public final class Schemes {

  private static final Found FOUND = find();

  /**
   * The result of the search.
   *
   * @param schemes the technologies, in the order of the service files
   * @param broken why one of them cannot be used; null where all can
   */
  private record Found(List<Scheme> schemes, String broken) {}

  private Schemes() {}

  private static Found find() {
    List<Scheme> schemes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    try {
      for (Scheme scheme : ServiceLoader.load(Scheme.class, Scheme.class.getClassLoader())) {
        for (String name : scheme.names()) {
          if (!names.add(name.toLowerCase(Locale.ROOT))) {
            return new Found(
                List.of(),
                "the class path holds two technologies for the scheme "
                    + name
                    + ", of which one is "
                    + scheme.getClass().getName()
                    + ": leave one out");
          }
        }
        schemes.add(scheme);
      }
      return new Found(List.copyOf(schemes), null);
    } catch (ServiceConfigurationError e) {
      // A jar on the class path is broken or of another version. The message names file and class.
      return new Found(
          List.of(), "the class path holds a technology that cannot be used: " + e.getMessage());
    }
  }

  /**
   * All technologies.
   *
   * @return at least one
   * @throws IllegalArgumentException where the class path has a technology that cannot be used
   */
  public static List<Scheme> all() {
    if (FOUND.broken() != null) {
      throw new IllegalArgumentException(FOUND.broken());
    }
    return FOUND.schemes();
  }

  /**
   * Finds a technology by the name before the colon of a URI.
   *
   * @param name a name in capital or small letters
   * @return the technology; empty where none has this name
   * @throws IllegalArgumentException where the class path has a technology that cannot be used
   */
  public static Optional<Scheme> find(String name) {
    return all().stream()
        .filter(scheme -> scheme.names().stream().anyMatch(name::equalsIgnoreCase))
        .findFirst();
  }
}
