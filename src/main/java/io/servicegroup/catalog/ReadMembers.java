package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.model.Member;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads documents, and remembers what it read: of a large catalogue nearly every document is at
 * each read as it was at the one before, and parsing them is most of what a list costs.
 *
 * <p>Used on one context.
 */
final class ReadMembers {

  /** A larger catalogue is parsed again at each read, rather than held twice in memory. */
  private static final int MOST = 20_000;

  private final Map<Key, Read> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Read> eldest) {
          return size() > MOST;
        }
      };

  private record Read(String text, Member member) {}

  /** The members, in order of group and host. */
  List<Member> of(List<Document> documents) {
    return documents.stream().map(this::of).sorted(Comparator.comparing(Member::id)).toList();
  }

  /** One member. */
  Member of(Document document) {
    Read before = known.get(document.key());
    if (before != null && before.text.equals(document.text())) {
      return before.member;
    }
    Member member = MemberDocument.read(document);
    known.put(document.key(), new Read(document.text(), member));
    return member;
  }
}
