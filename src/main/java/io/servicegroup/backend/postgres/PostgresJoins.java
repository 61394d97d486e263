package io.servicegroup.backend.postgres;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.MemberLockedException;
import io.servicegroup.catalog.ServiceCatalog.Join;
import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Joins members, a batch with one statement. Where the database refuses the statement because of
 * one member's values, the batch is halved until that member is alone.
 */
final class PostgresJoins {

  /**
   * The most attempts for a single member: another transaction's row may appear and disappear
   * between them.
   */
  private static final int ATTEMPTS = 5;

  /** How long the members are searched for whose rows another transaction is inserting. */
  private static final Duration LONGEST = Duration.ofSeconds(4);

  private final PostgresCatalogClient database;
  private final PostgresCatalogRows rows;
  private final Supplier<PostgresJoinSql> sql;
  private final String agent;
  private final Set<String> backends;
  private final long floor;
  private final long startedNanos = System.nanoTime();

  /**
   * Creates it.
   *
   * @param agent the agent that will beat for the members
   * @param backends the backends through which it will beat
   * @param floor the generations will be greater
   */
  PostgresJoins(
      PostgresCatalogClient database,
      PostgresCatalogRows rows,
      Supplier<PostgresJoinSql> sql,
      String agent,
      Set<String> backends,
      long floor) {
    this.database = database;
    this.rows = rows;
    this.sql = sql;
    this.agent = agent;
    this.backends = backends;
    this.floor = floor;
  }

  /** Joins one member; waits for the lock of its row. */
  Future<Joined> one(Join join) {
    return one(join, ATTEMPTS);
  }

  private Future<Joined> one(Join join, int attempts) {
    ServiceSpec spec = join.spec();
    return ask(() -> sql.get().one, List.of(join))
        .recover(failure -> clashOr(failure, spec))
        .compose(
            joined ->
                joined.containsKey(spec.id())
                    ? Future.succeededFuture(joined.get(spec.id()))
                    : database
                        .refuseClash(spec.id(), spec.binary())
                        .compose(
                            // Another transaction inserted or deleted the row meanwhile.
                            none ->
                                attempts > 1
                                    ? one(join, attempts - 1)
                                    : Future.failedFuture(
                                        "the row of " + spec.id() + " changes all the time")));
  }

  private <T> Future<T> clashOr(Throwable failure, ServiceSpec spec) {
    return (PostgresErrors.isTaken(failure)
            ? database.refuseClash(spec.id(), spec.binary())
            : Future.<Void>succeededFuture())
        .compose(none -> Future.failedFuture(PostgresErrors.unjoinable(spec.id(), failure)));
  }

  /** Joins many members, each with its own result. */
  List<Future<Joined>> all(List<Join> joins) {
    List<Asked> asked = joins.stream().map(join -> new Asked(join, Promise.promise())).toList();
    inTurn(asked);
    return asked.stream().map(each -> each.answer.future()).toList();
  }

  /** Joins the members; a member that is named twice is joined a second time after the first. */
  private void inTurn(List<Asked> asked) {
    Map<MemberId, Asked> first = new LinkedHashMap<>();
    List<Asked> again = new ArrayList<>();
    for (Asked each : asked) {
      if (first.putIfAbsent(each.spec().id(), each) != null) {
        again.add(each);
      }
    }
    Future<?> joined = together(List.copyOf(first.values()));
    if (!again.isEmpty()) {
      joined.onComplete(done -> inTurn(again));
    }
  }

  /** Joins a batch. Completes when each member has its answer; never fails. */
  private Future<Void> together(List<Asked> asked) {
    return ask(() -> sql.get().many, asked.stream().map(Asked::join).toList())
        .compose(joined -> explain(tell(asked, joined)))
        .recover(failure -> notJoined(asked, failure));
  }

  private Future<Void> notJoined(List<Asked> asked, Throwable failure) {
    boolean isLocked = PostgresErrors.isLocked(failure);
    boolean isLate = System.nanoTime() - startedNanos > LONGEST.toNanos();
    if (PostgresErrors.isDeadlock(failure) || (isLocked && (asked.size() == 1 || isLate))) {
      asked.forEach(each -> each.answer.tryFail(new MemberLockedException(each.spec().id())));
      return Future.succeededFuture();
    }
    if (isLocked) {
      return asideOfOthers(asked);
    }
    return asked.size() > 1 && PostgresErrors.isOfOneRow(failure)
        ? inHalves(asked)
        : refused(asked, failure);
  }

  private Future<Void> inHalves(List<Asked> asked) {
    int half = asked.size() / 2;
    return together(asked.subList(0, half))
        .compose(done -> together(asked.subList(half, asked.size())));
  }

  /**
   * Handles a batch of which another transaction is inserting a row. The members that have a row
   * are joined by themselves; the others are halved until that row is alone.
   */
  private Future<Void> asideOfOthers(List<Asked> asked) {
    List<MemberId> ids = asked.stream().map(each -> each.spec().id()).toList();
    return database
        .ask(
            PostgresJoinSql.KNOWN,
            Tuple.tuple()
                .addArrayOfString(texts(ids.stream().map(MemberId::group)))
                .addArrayOfString(texts(ids.stream().map(MemberId::host))))
        .compose(
            found -> {
              Set<MemberId> known = new HashSet<>();
              found.forEach(
                  row -> known.add(new MemberId(row.getString("topic"), row.getString("host"))));
              List<Asked> first = new ArrayList<>(asked);
              first.removeIf(each -> !known.contains(each.spec().id()));
              List<Asked> others = new ArrayList<>(asked);
              others.removeIf(each -> known.contains(each.spec().id()));
              // Shuffled, so that where there is no time for all members, other members get their
              // turn next time.
              Collections.shuffle(others);
              return first.isEmpty() || others.isEmpty()
                  ? inHalves(first.isEmpty() ? others : first)
                  : together(first).compose(done -> together(others));
            })
        .recover(failure -> refused(asked, failure));
  }

  private Future<Void> refused(List<Asked> asked, Throwable failure) {
    Future<Void> why =
        asked.size() == 1 ? clashOr(failure, asked.get(0).spec()) : Future.failedFuture(failure);
    return why.recover(
        cause -> {
          asked.forEach(each -> each.answer.tryFail(cause));
          return Future.succeededFuture();
        });
  }

  private static List<Asked> tell(List<Asked> asked, Map<MemberId, Joined> joined) {
    List<Asked> left = new ArrayList<>();
    for (Asked each : asked) {
      Joined done = joined.get(each.spec().id());
      if (done == null) {
        left.add(each);
      } else {
        each.answer.complete(done);
      }
    }
    return left;
  }

  /**
   * Explains why members were not joined: either a member of another group has the binary, or the
   * row is locked.
   */
  private Future<Void> explain(List<Asked> left) {
    if (left.isEmpty()) {
      return Future.succeededFuture();
    }
    return database
        .clashes(
            left.stream().map(each -> each.spec().id()).toList(),
            left.stream().map(each -> each.spec().binary()).toList())
        .map(
            clashes -> {
              left.forEach(
                  each -> {
                    ServiceGroupException clash = clashes.get(each.spec().id());
                    each.answer.fail(
                        clash == null ? new MemberLockedException(each.spec().id()) : clash);
                  });
              return null;
            });
  }

  private Future<Map<MemberId, Joined>> ask(Supplier<String> statement, List<Join> joins) {
    return database.ask(statement, values(joins)).map(this::joined);
  }

  private Map<MemberId, Joined> joined(RowSet<Row> found) {
    Set<MemberId> created = new HashSet<>();
    for (Row row : found) {
      if (row.getBoolean("created")) {
        created.add(new MemberId(row.getString("topic"), row.getString("host")));
      }
    }
    Map<MemberId, Joined> joined = new HashMap<>();
    rows.members(found)
        .forEach(one -> joined.put(one.id(), new Joined(one, created.contains(one.id()))));
    return joined;
  }

  private Tuple values(List<Join> joins) {
    List<ServiceSpec> specs = joins.stream().map(Join::spec).toList();
    return Tuple.tuple()
        .addArrayOfString(texts(specs.stream().map(spec -> spec.id().group())))
        .addArrayOfString(texts(specs.stream().map(spec -> spec.id().host())))
        .addArrayOfString(texts(specs.stream().map(ServiceSpec::binary)))
        .addArrayOfInteger(specs.stream().map(ServiceSpec::version).toArray(Integer[]::new))
        .addArrayOfString(texts(joins.stream().map(join -> Incarnation.newNonce(join.continued()))))
        .addString(agent)
        .addArrayOfString(texts(backends.stream().sorted()))
        .addArrayOfString(
            texts(specs.stream().map(spec -> new JsonObject(spec.metadata()).encode())))
        .addLong(floor)
        .addArrayOfString(texts(specs.stream().map(spec -> UUID.randomUUID().toString())));
  }

  private static String[] texts(Stream<String> texts) {
    return texts.toArray(String[]::new);
  }

  private record Asked(Join join, Promise<Joined> answer) {

    ServiceSpec spec() {
      return join.spec();
    }
  }
}
