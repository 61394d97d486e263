package io.servicegroup.backend.postgres;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.vertx.pgclient.PgException;

/** Classifies PostgreSQL's errors by their SQLSTATE. */
final class PostgresErrors {

  private static final String READ_ONLY_SQL_TRANSACTION = "25006";
  private static final String UNDEFINED_TABLE = "42P01";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String DEADLOCK_DETECTED = "40P01";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String QUERY_CANCELED = "57014";
  private static final String DATA_EXCEPTION = "22";
  private static final String NOT_NULL_VIOLATION = "23502";
  private static final String INTEGRITY_VIOLATION = "23";

  private PostgresErrors() {}

  /** Whether the server refused because it is no longer the primary. */
  static boolean isReadOnly(Throwable failure) {
    return state(failure).equals(READ_ONLY_SQL_TRANSACTION);
  }

  /** Whether a table does not exist. */
  static boolean isWithoutTable(Throwable failure) {
    return state(failure).equals(UNDEFINED_TABLE);
  }

  /** Whether a unique constraint was violated. */
  static boolean isTaken(Throwable failure) {
    return state(failure).equals(UNIQUE_VIOLATION);
  }

  /** Whether the server resolved a deadlock by ending this statement. */
  static boolean isDeadlock(Throwable failure) {
    return state(failure).equals(DEADLOCK_DETECTED);
  }

  /** Whether another transaction had a needed lock for too long. */
  static boolean isLocked(Throwable failure) {
    return state(failure).equals(LOCK_NOT_AVAILABLE);
  }

  /** Whether the server ended a statement that took too long or waited too long for a lock. */
  static boolean isEndedByLimit(Throwable failure) {
    return isLocked(failure) || state(failure).equals(QUERY_CANCELED);
  }

  /**
   * Whether the values of one row caused the failure, so that the statement may succeed without it.
   */
  static boolean isOfOneRow(Throwable failure) {
    String state = state(failure);
    return state.startsWith(DATA_EXCEPTION) || state.startsWith(INTEGRITY_VIOLATION);
  }

  /**
   * Turns a failure caused by the values of a join into a refusal as {@code INVALID}; any other
   * failure is returned as it is.
   */
  static Throwable unjoinable(MemberId id, Throwable failure) {
    return state(failure).startsWith(DATA_EXCEPTION)
        ? unstorable(Refusal.INVALID, id, failure)
        : failure;
  }

  /** Whether a statement aborted itself by writing null where null is not allowed. */
  static boolean isUndone(Throwable failure) {
    return state(failure).equals(NOT_NULL_VIOLATION);
  }

  /**
   * Turns a failure caused by the member's own values into a refusal; another member may well be
   * stored.
   */
  static Throwable unstorable(MemberId id, Throwable failure) {
    return isOfOneRow(failure) ? unstorable(Refusal.CONFLICT, id, failure) : failure;
  }

  /** The refusal of a member for its own values. */
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
