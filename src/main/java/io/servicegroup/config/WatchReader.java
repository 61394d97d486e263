package io.servicegroup.config;

import io.servicegroup.model.Watch;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code watch}. */
final class WatchReader {

  private static final Map<String, Watch> WORDS = new LinkedHashMap<>();

  static {
    WORDS.put("own", Watch.OWN);
    WORDS.put("all", Watch.ALL);
  }

  static final KeyType<Watch> TYPE =
      new KeyType<>(
          "own, all or a list of groups",
          "`own`, `all`, a list of groups",
          WatchReader::read,
          WatchReader::write);

  private static final KeyType<Watch> WORD =
      KeyType.parsed(
          TYPE.rule(),
          TYPE.allowed(),
          text ->
              Optional.ofNullable(WORDS.get(text))
                  .orElseThrow(() -> new IllegalArgumentException("allowed is " + TYPE.rule())));

  private WatchReader() {}

  private static Optional<Watch> read(Section section, String key, KeyReader reading) {
    if (!section.isList(key)) {
      return WORD.reader().read(section, key, reading);
    }
    Set<String> groups = new LinkedHashSet<>();
    List<String> items = section.items(key, TYPE.rule()).orElseThrow();
    for (String item : items) {
      KeyType<String> name = ServiceKeys.GROUP.type();
      name.reader().read(section, item, reading).ifPresent(groups::add);
      if (!section.has(item)) {
        section.refuse(item, "allowed is " + name.rule());
      }
    }
    if (items.isEmpty()) {
      section.refuse(key, "allowed is own, all or a list of at least one group");
    }
    return Optional.of(Watch.groups(groups));
  }

  private static Object write(Watch watch) {
    if (watch instanceof Watch.Groups groups) {
      return groups.names().stream().sorted().toList();
    }
    return watch.equals(Watch.OWN) ? "own" : "all";
  }
}
