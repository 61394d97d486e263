package io.servicegroup.backend.postgres;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The catalogue in Nova's {@code services} table and our {@code servicegroup_members}. A member
 * that no agent joined has no row in the second, and thus no metadata: setting its metadata is
 * refused as a {@code CONFLICT}.
 */
final class PostgresCatalog implements ServiceCatalog {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int CONNECTIONS = 2;

  private final Vertx vertx;
  private final AgentConfig.Catalog settings;
  private final PostgresCatalogRows rows = new PostgresCatalogRows();
  private PostgresClient client;
  private final Concerns concerns;
  private PostgresWords words;
  private PostgresRejoinRecords rejoinRecords;
  private PostgresCatalogSql sql;
  private PostgresJoinSql joins;
  private PostgresCatalogClient database;
  private final int wanted;
  private int version;
  private boolean closed;

  /**
   * Creates a catalogue that is not open yet.
   *
   * @param wanted the version of the schema that the caller uses
   */
  PostgresCatalog(Vertx vertx, AgentConfig.Catalog settings, Concerns concerns, int wanted) {
    this.wanted = wanted;
    this.concerns = concerns;
    this.vertx = vertx;
    this.settings = settings;
  }

  @Override
  public Future<Void> open() {
    if (client == null || closed) {
      // Created here rather than in the constructor, because its futures complete on the context
      // that creates it.
      client = PostgresClient.shared(vertx, settings.uri(), CONNECTIONS, TIMEOUT, TIMEOUT);
      database =
          new PostgresCatalogClient(client, settings.uri().toString(), this::makeTables, concerns);
      closed = false;
    }
    return makeTables();
  }

  private Future<Void> makeTables() {
    return new PostgresMigrations(client, settings.uri(), settings.createTables(), concerns, wanted)
        .apply()
        .compose(
            made ->
                PostgresWords.after(words, client, made).onSuccess(now -> words = now).map(made))
        .map(
            made -> {
              version = made;
              database.lacksTables(version < wanted);
              sql = words.catalog();
              joins = words.joins();
              rejoinRecords = new PostgresRejoinRecords(database, version);
              return null;
            });
  }

  @Override
  public Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued) {
    return joins(agent, backends, floor).one(new Join(spec, continued));
  }

  @Override
  public List<Future<Joined>> joinAll(
      List<Join> asked, String agent, Set<String> backends, long floor) {
    return joins(agent, backends, floor).all(asked);
  }

  private PostgresJoins joins(String agent, Set<String> backends, long floor) {
    return new PostgresJoins(database, rows, () -> joins, agent, backends, floor);
  }

  @Override
  public Future<Member> update(MemberUpdate update) {
    MemberId id = update.id();
    Tuple values =
        Tuple.tuple()
            .addString(id.group())
            .addString(id.host())
            .addBoolean(update.disabled().orElse(null))
            .addString(update.disabledReason().orElse(null))
            .addBoolean(update.forcedDown().orElse(null))
            .addInteger(update.version().orElse(null))
            .addValue(update.metadata().map(JsonObject::new).orElse(null));
    return one(() -> sql.update, values)
        .compose(
            member ->
                member.isPresent() || update.metadata().isEmpty()
                    ? Future.succeededFuture(required(id, member))
                    : find(id).compose(found -> Future.failedFuture(noMetadata(id))));
  }

  private static ServiceGroupException noMetadata(MemberId id) {
    return new ServiceGroupException(
        Refusal.CONFLICT,
        id + " was joined by no agent, so that there is no place for its metadata");
  }

  @Override
  public Future<Boolean> adopt(Member member) {
    return new PostgresAdoption(this, database, () -> sql.adopt).adopt(member);
  }

  private static <T> Future<T> unstorable(Member member, Throwable failure) {
    return Future.failedFuture(PostgresErrors.unstorable(member.id(), failure));
  }

  /** Access to the rows for members whose catalogue is in another store; once this one is open. */
  PostgresMirrorBatch mirror() {
    return new PostgresMirrorBatch(database, () -> version);
  }

  @Override
  public Future<Member> delete(MemberId id) {
    return one(() -> sql.delete, Tuple.of(id.group(), id.host()))
        .map(member -> required(id, member))
        .compose(member -> rejoinRecords.gone(id).map(member));
  }

  @Override
  public Future<Member> putBack(Member remembered) {
    return database
        .doing(() -> words.putBack(remembered))
        .recover(failure -> unstorable(remembered, failure))
        .compose(done -> find(remembered.id()));
  }

  @Override
  public Future<Member> confirm(Member seen, long order) {
    return database.doing(() -> words.confirm(seen, order)).compose(done -> find(seen.id()));
  }

  @Override
  public Future<Boolean> removeAgain(Member last) {
    return database.doing(() -> words.removeAgain(last));
  }

  @Override
  public Future<Void> trace(Member last) {
    return database.doing(() -> words.trace(last)).mapEmpty();
  }

  @Override
  public boolean keepsOrders() {
    return words != null && words.isThere();
  }

  @Override
  public Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen) {
    return database.doing(() -> words.removals(lastSeen));
  }

  @Override
  public Future<Boolean> restore(Member member) {
    return database
        .refuseClash(member.id(), member.binary())
        .compose(free -> one(() -> sql.restore, PostgresCatalogRows.valuesAndOrder(member)))
        .map(Optional::isPresent)
        .recover(
            failure ->
                PostgresErrors.isUndone(failure)
                    ? Future.succeededFuture(false)
                    : unstorable(member, failure));
  }

  @Override
  public Future<List<Member>> list(MemberFilter filter) {
    return database
        .ask(
            () -> sql.list,
            Tuple.of(filter.group(), filter.binary(), filter.minVersion()),
            rows.reading())
        .onSuccess(found -> words.prune())
        .onSuccess(found -> rejoinRecords.prune())
        .compose(found -> database.lookForTables().map(found))
        .map(found -> rows.of(filter, found));
  }

  @Override
  public Map<String, String> unreadable() {
    return rows.unreadable();
  }

  @Override
  public Future<List<Member>> find(Collection<MemberId> ids) {
    if (ids.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    String[] groups = ids.stream().map(MemberId::group).toArray(String[]::new);
    String[] hosts = ids.stream().map(MemberId::host).toArray(String[]::new);
    return database
        .ask(
            () -> sql.find,
            Tuple.tuple().addArrayOfString(groups).addArrayOfString(hosts),
            rows.reading())
        .compose(found -> database.lookForTables().map(found))
        .map(found -> rows.of(ids, found));
  }

  @Override
  public Future<Member> find(MemberId id) {
    return find(List.of(id)).map(found -> required(id, found.stream().findFirst()));
  }

  @Override
  public Future<List<VersionRange>> versions(String group, String binary) {
    return database
        .ask(PostgresCatalogSql.VERSIONS, Tuple.of(group, binary))
        .map(PostgresCatalogRows::ranges);
  }

  @Override
  public Future<Map<MemberId, JsonObject>> rejoinRecords(String agentId) {
    return database.doing(() -> rejoinRecords.read(agentId));
  }

  @Override
  public Future<Boolean> changeRejoinRecords(
      String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed) {
    return database.doing(() -> rejoinRecords.change(agentId, changed, removed));
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    return PostgresCatalogNews.watch(client, rows, changed);
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return client == null ? Future.succeededFuture() : client.close();
  }

  private Future<Optional<Member>> one(Supplier<String> sql, Tuple values) {
    return database.ask(sql, values).map(this::first);
  }

  private Optional<Member> first(RowSet<Row> found) {
    return rows.members(found).stream().findFirst();
  }

  private static Member required(MemberId id, Optional<Member> member) {
    return member.orElseThrow(() -> ServiceCatalog.missing(id));
  }
}
