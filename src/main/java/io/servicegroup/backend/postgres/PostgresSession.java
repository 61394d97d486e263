package io.servicegroup.backend.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.spi.DatabaseMetadata;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collector;

/**
 * A connection as one of its users sees it: several verticles share a connection, and each gets its
 * answers on its own context. Prepared statements and handlers of the connection belong to nobody
 * and are not offered.
 */
final class PostgresSession implements SqlConnection {

  private final SqlConnection driver;
  private final Context owner;
  private final ContextInternal user;
  private final BooleanSupplier overdue;

  /**
   * Creates the view of one user.
   *
   * @param driver the connection
   * @param owner the context on which the connection is used
   * @param user the context on which the user gets its answers
   * @param overdue whether the user's work ran out of time: what it asked is not answered any more,
   *     because its caller, who waits no longer, has begun other work with what was known before;
   *     asked on the owner's context
   */
  PostgresSession(SqlConnection driver, Context owner, Context user, BooleanSupplier overdue) {
    this.driver = driver;
    this.owner = owner;
    this.user = (ContextInternal) user;
    this.overdue = overdue;
  }

  private <T> Future<T> ask(Supplier<Future<T>> question) {
    Promise<T> answer = user.promise();
    owner.runOnContext(
        nothing -> {
          try {
            unlessOverdue(question).onComplete(answer);
          } catch (RuntimeException e) {
            answer.fail(e);
          }
        });
    return answer.future();
  }

  private <T> Future<T> unlessOverdue(Supplier<Future<T>> question) {
    if (overdue.getAsBoolean()) {
      return unwanted();
    }
    Future<T> answer = question.get();
    return answer.transform(answered -> overdue.getAsBoolean() ? unwanted() : answer);
  }

  private static <T> Future<T> unwanted() {
    return Future.failedFuture(new TimeoutException("the work ran out of time before"));
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return new Asked<>(driver.query(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return new Prepared<>(driver.preparedQuery(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, PrepareOptions options) {
    return new Prepared<>(driver.preparedQuery(sql, options));
  }

  @Override
  public Future<Transaction> begin() {
    return ask(driver::begin).map(begun -> new SharedTransaction(begun));
  }

  @Override
  public Transaction transaction() {
    return driver.transaction();
  }

  @Override
  public boolean isSSL() {
    return driver.isSSL();
  }

  @Override
  public DatabaseMetadata databaseMetadata() {
    return driver.databaseMetadata();
  }

  @Override
  public Future<PreparedStatement> prepare(String sql) {
    throw new UnsupportedOperationException("preparedQuery caches statements");
  }

  @Override
  public Future<PreparedStatement> prepare(String sql, PrepareOptions options) {
    return prepare(sql);
  }

  @Override
  public SqlConnection exceptionHandler(Handler<Throwable> handler) {
    throw new UnsupportedOperationException("the connection is shared");
  }

  @Override
  public SqlConnection closeHandler(Handler<Void> handler) {
    return exceptionHandler(null);
  }

  @Override
  public Future<Void> close() {
    return Future.failedFuture(new UnsupportedOperationException("the connection is shared"));
  }

  private class Asked<T> implements Query<T> {

    private final Query<T> query;

    Asked(Query<T> query) {
      this.query = query;
    }

    @Override
    public Future<T> execute() {
      return ask(query::execute);
    }

    @Override
    public <R> Query<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new Asked<>(query.collecting(collector));
    }

    @Override
    public <U> Query<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new Asked<>(query.mapping(mapper));
    }
  }

  private final class Prepared<T> extends Asked<T> implements PreparedQuery<T> {

    private final PreparedQuery<T> query;

    Prepared(PreparedQuery<T> query) {
      super(query);
      this.query = query;
    }

    @Override
    public Future<T> execute(Tuple values) {
      return ask(() -> query.execute(values));
    }

    @Override
    public Future<T> executeBatch(List<Tuple> batch) {
      return ask(() -> query.executeBatch(batch));
    }

    @Override
    public <R> PreparedQuery<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new Prepared<>(query.collecting(collector));
    }

    @Override
    public <U> PreparedQuery<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new Prepared<>(query.mapping(mapper));
    }
  }

  private final class SharedTransaction implements Transaction {

    private final Transaction transaction;

    SharedTransaction(Transaction transaction) {
      this.transaction = transaction;
    }

    @Override
    public Future<Void> commit() {
      return ask(transaction::commit);
    }

    @Override
    public Future<Void> rollback() {
      return ask(transaction::rollback);
    }

    @Override
    public Future<Void> completion() {
      return ask(transaction::completion);
    }
  }
}
