package io.servicegroup.bus;

import io.servicegroup.model.MemberId;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a store announces about members: whose state or document changed. Whoever watches none of
 * them need not read. News without names concerns everybody: older agents announce so, and an agent
 * that may have missed news takes it so.
 *
 * @param members the members, possibly none where they are not known
 */
public record MemberNews(Set<MemberId> members) {

  /** News that concerns everybody. */
  public static final MemberNews OF_ANYBODY = new MemberNews(Set.of());

  /** Names that are longer together are not worth their way. */
  private static final int LONGEST = 200_000;

  /** Copies the set. */
  public MemberNews {
    // Set.copyOf takes ten times as long: the hash codes of numbered names follow each other and
    // fill its table without gaps, and a join of a thousand members is one piece of news.
    members = Collections.unmodifiableSet(new HashSet<>(members));
  }

  /**
   * Makes news of some members.
   *
   * @param members the members; none means anybody
   * @return the news
   */
  public static MemberNews of(Collection<MemberId> members) {
    return new MemberNews(new HashSet<>(members));
  }

  /**
   * Reads an announcement.
   *
   * @param text what {@link #text} wrote, or anything else
   * @return the news; {@link #OF_ANYBODY} where the text names no members
   */
  public static MemberNews parse(String text) {
    if (!text.startsWith("[")) {
      return OF_ANYBODY;
    }
    try {
      Set<MemberId> members = new HashSet<>();
      for (Object each : new JsonArray(text)) {
        JsonArray names = (JsonArray) each;
        members.add(new MemberId(names.getString(0), names.getString(1)));
      }
      return new MemberNews(members);
    } catch (DecodeException | ClassCastException | IndexOutOfBoundsException e) {
      return OF_ANYBODY;
    } catch (IllegalArgumentException | NullPointerException e) { // names that no member has
      return OF_ANYBODY;
    }
  }

  /**
   * Writes the announcement.
   *
   * @return a JSON array of arrays of a group and a host
   */
  public String text() {
    JsonArray all = new JsonArray();
    members.forEach(id -> all.add(new JsonArray(List.of(id.group(), id.host()))));
    String text = all.encode();
    return text.length() > LONGEST ? "[]" : text;
  }

  /**
   * Whether an agent has to look.
   *
   * @param watched tells which members the agent watches
   * @return whether the news may be of one of them
   */
  public boolean concerns(Predicate<MemberId> watched) {
    return members.isEmpty() || members.stream().anyMatch(watched);
  }
}
