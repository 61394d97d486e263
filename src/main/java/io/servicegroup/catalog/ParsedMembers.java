package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.model.Member;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads documents, and remembers what it read: of a large catalogue nearly every document is at
 * each read as it was at the one before, and parsing them is most of what a list costs.
 *
 * <p>Used on one context.
 */
final class ParsedMembers {

  /** A larger catalogue is parsed again at each read, rather than held twice in memory. */
  private static final int MOST = 20_000;

  /** So many that are gone are not worth looking for. */
  private static final int FEW = 50;

  private final Map<Key, Read> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Read> eldest) {
          return size() > MOST;
        }
      };

  private final Map<Key, String> unreadable = new HashMap<>();

  private record Read(String text, Member member) {}

  /** Those that can be read, in order of group and host. */
  List<Member> of(List<Document> documents) {
    return documents.stream()
        .map(this::of)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  /** Of all that were asked for by name: what is not among them is not there. */
  List<Member> of(Collection<Key> asked, List<Document> documents) {
    Set<Key> names = new HashSet<>(asked);
    forget(documents, names::contains);
    return of(documents);
  }

  /** Of all documents of a group. */
  List<Member> ofGroup(String group, List<Document> documents) {
    forget(documents, key -> key.group().equals(group));
    return of(documents);
  }

  private void forget(List<Document> there, Predicate<Key> asked) {
    if (!unreadable.isEmpty()) {
      Set<Key> present = there.stream().map(Document::key).collect(Collectors.toSet());
      unreadable.keySet().removeIf(key -> asked.test(key) && !present.contains(key));
    }
  }

  /** Of all documents that there are: what is not among them is nobody's concern any more. */
  List<Member> ofAll(List<Document> documents) {
    List<Member> members = of(documents);
    if (!unreadable.isEmpty() || known.size() > documents.size() + FEW) {
      Set<Key> there = documents.stream().map(Document::key).collect(Collectors.toSet());
      unreadable.keySet().retainAll(there);
      known.keySet().retainAll(there);
    }
    return members;
  }

  /** One member; empty where its document cannot be read. */
  private Optional<Member> of(Document document) {
    Read before = known.get(document.key());
    if (before != null && before.text.equals(document.text())) {
      return Optional.of(before.member);
    }
    try {
      Member member = MemberDocument.read(document);
      known.put(document.key(), new Read(document.text(), member));
      unreadable.remove(document.key());
      return Optional.of(member);
    } catch (MemberDocument.Unreadable e) {
      unreadable.put(document.key(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Why documents could not be read, by their names, as far as they were read last. */
  Map<String, String> unreadable() {
    Map<String, String> named = new TreeMap<>();
    unreadable.forEach(
        (key, why) ->
            named.put(key.group().isEmpty() ? key.name() : key.group() + "/" + key.name(), why));
    return named;
  }
}
