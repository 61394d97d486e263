package io.servicegroup.config;

import io.servicegroup.model.Watch;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code watch}: a word or a list of groups. */
final class WatchReader {

  private static final Map<String, Watch> WORDS = new LinkedHashMap<>();

  static {
    WORDS.put("own", Watch.OWN);
    WORDS.put("all", Watch.ALL);
  }

  static final KeyType<Watch> TYPE =
      KeyType.composite(
          "own, all or a list of groups",
          "`own`, `all`, a list of groups",
          WatchReader::read,
          WatchReader::write);

  private static final KeyType<Watch> WORD =
      KeyTypes.parsed(TYPE.rule(), TYPE.allowed(), text -> Optional.ofNullable(WORDS.get(text)));

  private static final KeyType<List<String>> GROUPS = KeyTypes.list(ServiceKeys.GROUP.type());

  private WatchReader() {}

  private static Optional<Watch> read(Section section, String key, KeyReader reading) {
    if (!section.isList(key)) {
      return WORD.read(section, key, reading);
    }
    if (section.items(key, TYPE.rule()).filter(List::isEmpty).isPresent()) {
      section.refuse(key, "allowed is own, all or a list of at least one group");
    }
    return GROUPS
        .read(section, key, reading)
        .map(names -> Watch.groups(new LinkedHashSet<>(names)));
  }

  private static Object write(Watch watch) {
    if (watch instanceof Watch.Groups groups) {
      return groups.names().stream().sorted().toList();
    }
    return watch.equals(Watch.OWN) ? "own" : "all";
  }
}
