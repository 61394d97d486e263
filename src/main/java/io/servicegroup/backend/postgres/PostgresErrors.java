package io.servicegroup.backend.postgres;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.vertx.pgclient.PgException;

/** What PostgreSQL's refusals mean, by their SQLSTATE. */
final class PostgresErrors {

  private static final String READ_ONLY_SQL_TRANSACTION = "25006";
  private static final String UNDEFINED_TABLE = "42P01";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String DEADLOCK_DETECTED = "40P01";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DATA_EXCEPTION = "22";
  private static final String NOT_NULL_VIOLATION = "23502";
  private static final String INTEGRITY_VIOLATION = "23";

  private PostgresErrors() {}

  /** Whether the server refused because it is no primary any more. */
  static boolean isReadOnly(Throwable failure) {
    return state(failure).equals(READ_ONLY_SQL_TRANSACTION);
  }

  /** Whether a table is not there. */
  static boolean isWithoutTable(Throwable failure) {
    return state(failure).equals(UNDEFINED_TABLE);
  }

  /** Whether another row has what only one may have. */
  static boolean isTaken(Throwable failure) {
    return state(failure).equals(UNIQUE_VIOLATION);
  }

  /** Whether the server ended one of those who waited for each other. */
  static boolean isDeadlock(Throwable failure) {
    return state(failure).equals(DEADLOCK_DETECTED);
  }

  /** Whether somebody else held for too long what a statement needed. */
  static boolean isLocked(Throwable failure) {
    return state(failure).equals(LOCK_NOT_AVAILABLE);
  }

  /** Whether what one row says is the cause, so that a statement without it may well succeed. */
  static boolean isOfOneRow(Throwable failure) {
    String state = state(failure);
    return state.startsWith(DATA_EXCEPTION) || state.startsWith(INTEGRITY_VIOLATION);
  }

  /** What a join gives that no row can hold is refused; all else is as it was. */
  static Throwable unjoinable(MemberId id, Throwable failure) {
    return state(failure).startsWith(DATA_EXCEPTION)
        ? unstorable(Refusal.INVALID, id, failure)
        : failure;
  }

  /** Whether a statement undid itself, by a value that is none where one has to be. */
  static boolean isUndone(Throwable failure) {
    return state(failure).equals(NOT_NULL_VIOLATION);
  }

  /** What the member itself is the cause of is refused; another one may well be stored. */
  static Throwable unstorable(MemberId id, Throwable failure) {
    return isOfOneRow(failure) ? unstorable(Refusal.CONFLICT, id, failure) : failure;
  }

  /** The refusal of what the member itself is the cause of. */
  static ServiceGroupException unstorable(Refusal kind, MemberId id, Throwable failure) {
    String rule = ((PgException) failure).getErrorMessage();
    String why = "%s cannot be stored: %s".formatted(id, rule);
    return state(failure).startsWith(DATA_EXCEPTION)
        ? new FaultException(kind, new Fault(id.toString(), null, rule), why)
        : new ServiceGroupException(kind, why);
  }

  private static String state(Throwable failure) {
    return failure instanceof PgException refusal && refusal.getSqlState() != null
        ? refusal.getSqlState()
        : "";
  }
}
