package io.servicegroup.http;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.StatusChange;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Serves {@code /v1/history}: the last status changes and operator actions that this agent saw
 * since its start. The entries are in memory, limited in number and lost with the process; actions
 * through other agents are in the histories of those agents.
 *
 * <p>Not thread-safe.
 */
final class History {

  /** The number of entries that are kept. */
  static final int CAPACITY = 10_000;

  private static final int DEFAULT_LIMIT = 100;

  private sealed interface Entry {
    MemberId id();

    Instant at();

    JsonObject json();
  }

  private record Changed(StatusChange change) implements Entry {
    @Override
    public MemberId id() {
      return change.id();
    }

    @Override
    public Instant at() {
      return change.at();
    }

    @Override
    public JsonObject json() {
      return Topics.STATUS.encode().apply(change).put("kind", "status");
    }
  }

  private record Acted(
      MemberId id, Instant at, String action, String who, String why, JsonObject what)
      implements Entry {
    @Override
    public JsonObject json() {
      return new JsonObject()
          .put("kind", "action")
          .put("group", id.group())
          .put("host", id.host())
          .put("at", at.toString())
          .put("who", who)
          .put("action", action)
          .put("what", what)
          .put("why", why);
    }
  }

  private final Clock clock;
  private final Instant since;
  private final Deque<Entry> entries = new ArrayDeque<>();

  History(Clock clock) {
    this.clock = clock;
    this.since = clock.instant();
  }

  void add(StatusChange change) {
    add(new Changed(change));
  }

  /**
   * Adds an operator's action.
   *
   * @param id the member
   * @param action the operation, for example {@code join}
   * @param who the operator, as {@link WriteAccess#who} names it
   * @param why the reason that the operator gave, or null
   * @param what the changed fields
   */
  void add(MemberId id, String action, String who, String why, JsonObject what) {
    add(new Acted(id, clock.instant(), action, who, why, what));
  }

  private void add(Entry entry) {
    if (entries.size() == CAPACITY) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  void mount(Api api, ListLimiter limiter) {
    api.serve(
        "/v1/history",
        Operation.get(
            (ctx, query) -> answer(ctx, query, limiter), "group", "host", "since", "limit"));
  }

  private void answer(RoutingContext ctx, Query query, ListLimiter limiter) {
    String group = query.text("group");
    String host = query.text("host");
    Instant from = query.time("since");
    int limit = query.integer("limit", DEFAULT_LIMIT, 1, CAPACITY);
    Predicate<Entry> wanted =
        entry ->
            (group == null || group.equals(entry.id().group()))
                && (host == null || host.equals(entry.id().host()))
                && (from == null || !entry.at().isBefore(from));
    limiter.enter(
        ctx,
        () ->
            ListWriter.write(
                ctx,
                new JsonObject().put("since", since.toString()),
                "entries",
                newest(wanted, limit),
                (text, entry) -> text.append(entry.json().encode())));
  }

  private List<Entry> newest(Predicate<Entry> wanted, int limit) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> newestFirst = entries.descendingIterator();
    while (newestFirst.hasNext() && found.size() < limit) {
      Entry entry = newestFirst.next();
      if (wanted.test(entry)) {
        found.add(entry);
      }
    }
    return found;
  }
}
