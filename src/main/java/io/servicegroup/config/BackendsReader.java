package io.servicegroup.config;

import io.vertx.core.Deployable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads URIs of backends and {@code liveness.backends}. */
final class BackendsReader {

  private static final String URI_ALLOWED = "a URI such as postgresql://127.0.0.1:5432/nova";

  private final Section liveness;
  // By the path of the key that holds the URI: for the rules that need the intervals.
  private final Map<String, BackendUri> uris = new LinkedHashMap<>();

  BackendsReader(Section liveness) {
    this.liveness = liveness;
  }

  /** Reads a URI; empty where there is none or it is at fault. */
  static Optional<BackendUri> uri(Section section, String key) {
    Optional<String> text = section.uri(key, URI_ALLOWED);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      BackendUri uri = BackendUri.parse(text.get());
      requireFiles(section, key, uri);
      uri.scheme().lacking(uri).forEach(sentence -> section.refuse(key, sentence));
      section.readUriAgain(key, uri);
      return section.isSound(key) ? Optional.of(uri) : Optional.empty();
    } catch (IllegalArgumentException e) {
      section.refuse(key, e.getMessage());
      return Optional.empty();
    }
  }

  private static void requireFiles(Section section, String key, BackendUri uri) {
    for (UriOption option : uri.scheme().options()) {
      String file = option.file() ? uri.options().get(option.name()) : null;
      Optional<String> fault = Optional.ofNullable(file).flatMap(FileFault::ofReading);
      fault.ifPresent(
          why ->
              section.refuse(
                  key,
                  "the option %s names a file that cannot be read: %s"
                      .formatted(option.name(), why)));
    }
  }

  /** Reads the backends; without any, the catalogue is the only one. */
  List<AgentConfig.Backend> read(Optional<BackendUri> catalog) {
    Optional<List<String>> items = liveness.items("backends", "a list of URIs and maps");
    if (items.isEmpty()) {
      catalog.ifPresent(uri -> uris.put("catalog.uri", uri));
      return catalog.map(BackendsReader::named).map(List::of).orElse(List.of());
    }
    if (items.get().isEmpty()) {
      liveness.refuse("backends", "allowed is a list of at least one backend");
    }
    List<AgentConfig.Backend> backends = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String item : items.get()) {
      Optional<AgentConfig.Backend> backend = entry(item);
      backend.ifPresent(it -> refuseTwice(item, it, backends));
      backend.ifPresent(backends::add);
      // Two in the same place have one name as well, which then is no fault of its own.
      if (backend.isPresent() && !names.add(backend.get().name()) && liveness.isSound(item)) {
        liveness.refuse(
            item,
            "another backend has the name %s; allowed is a unique one, as in {uri, name}"
                .formatted(Masking.printable(backend.get().name())));
      }
    }
    return backends;
  }

  /** Under two names a server would be given two proofs that it lost nothing, which disagree. */
  private void refuseTwice(
      String item, AgentConfig.Backend backend, List<AgentConfig.Backend> before) {
    for (AgentConfig.Backend other : before) {
      if (backend instanceof AgentConfig.BuiltIn one
          && other instanceof AgentConfig.BuiltIn another
          && one.uri().isSamePlaceAs(another.uri())) {
        liveness.refuse(
            item,
            "the backend %s is in the same place; allowed is each place once"
                .formatted(Masking.printable(another.name())));
      }
    }
  }

  /** The URIs that were read, by the path of their key. */
  Map<String, BackendUri> uris() {
    return uris;
  }

  private static AgentConfig.Backend named(BackendUri uri) {
    return new AgentConfig.BuiltIn(uri.scheme().text(), uri);
  }

  private Optional<AgentConfig.Backend> entry(String item) {
    if (!liveness.isMap(item)) {
      Optional<BackendUri> uri = uri(liveness, item);
      if (uri.isEmpty() && liveness.isSound(item)) {
        liveness.refuse(item, "allowed is " + URI_ALLOWED + " or a map");
      }
      uri.ifPresent(found -> uris.put(liveness.path(item), found));
      return uri.map(BackendsReader::named);
    }
    Section section = liveness.section(item);
    Optional<AgentConfig.Backend> backend =
        section.has("verticle") ? thirdParty(section) : builtIn(section);
    section.refuseUnknown();
    return backend;
  }

  private Optional<AgentConfig.Backend> builtIn(Section section) {
    Optional<BackendUri> uri = uri(section, "uri");
    Optional<String> name = section.name("name");
    if (uri.isEmpty() && section.isSound("uri")) {
      section.refuse("uri", "allowed is " + URI_ALLOWED + ", or the key verticle");
    }
    uri.ifPresent(found -> uris.put(section.path("uri"), found));
    return uri.map(found -> new AgentConfig.BuiltIn(name.orElse(found.scheme().text()), found));
  }

  private Optional<AgentConfig.Backend> thirdParty(Section section) {
    Optional<String> verticle = section.text("verticle", "the name of a class");
    Optional<String> name = section.requiredName("name");
    Map<String, Object> config = section.freeForm("config");
    if (verticle.isPresent() && !isVerticle(verticle.get())) {
      section.refuse("verticle", "allowed is the name of a verticle's class on the class path");
    }
    return verticle.isPresent() && name.isPresent()
        ? Optional.of(new AgentConfig.ThirdParty(name.get(), verticle.get(), config))
        : Optional.empty();
  }

  private static boolean isVerticle(String name) {
    try {
      Class<?> type = Class.forName(name, false, BackendsReader.class.getClassLoader());
      return Deployable.class.isAssignableFrom(type);
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
