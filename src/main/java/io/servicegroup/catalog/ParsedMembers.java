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
 * Parses documents and caches the parsed members. Between two reads of a large catalogue nearly all
 * documents stay the same, and parsing them is most of the cost of a list.
 *
 * <p>Used on one context.
 */
final class ParsedMembers {

  /**
   * The size of the cache. A larger catalogue is parsed again at each read, so that it is not in
   * memory twice.
   */
  private static final int MOST = 20_000;

  /**
   * The cache is searched for removed members only where it has more superfluous entries than this.
   */
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

  /** Parses documents. Returns the members that can be read, in order of group and host. */
  List<Member> of(List<Document> documents) {
    return documents.stream()
        .map(this::of)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  /**
   * Parses the answer to a request for documents by name. A document that is missing in the answer
   * does not exist.
   */
  List<Member> of(Collection<Key> asked, List<Document> documents) {
    Set<Key> names = new HashSet<>(asked);
    forget(documents, names::contains);
    return of(documents);
  }

  /** Parses all documents of a group. */
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

  /**
   * Parses all documents of the store. Everything that is known of other documents is forgotten.
   */
  List<Member> ofAll(List<Document> documents) {
    List<Member> members = of(documents);
    if (!unreadable.isEmpty() || known.size() > documents.size() + FEW) {
      Set<Key> there = documents.stream().map(Document::key).collect(Collectors.toSet());
      unreadable.keySet().retainAll(there);
      known.keySet().retainAll(there);
    }
    return members;
  }

  /** Parses one member; empty where its document cannot be read. */
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

  /**
   * Returns the names of the documents that could not be read when they were last read, with the
   * cause.
   */
  Map<String, String> unreadable() {
    Map<String, String> named = new TreeMap<>();
    unreadable.forEach(
        (key, why) ->
            named.put(key.group().isEmpty() ? key.name() : key.group() + "/" + key.name(), why));
    return named;
  }
}
