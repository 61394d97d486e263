package io.servicegroup.backend.postgres;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A table that a later version of our schema adds, and without which an agent can run.
 *
 * @param version the version of the schema that adds the table
 * @param table the table's name
 * @param otherwise what an agent without the table does not do, as a clause
 */
record PostgresAddition(int version, String table, String otherwise) {

  private static final List<PostgresAddition> ALL =
      List.of(
          new PostgresAddition(
              2,
              "servicegroup_words",
              "operators' words and deletions are not restored where the database comes back"
                  + " older"),
          new PostgresAddition(
              3,
              "servicegroup_joined",
              "what joined over HTTP is not taken up again when its agent restarts"),
          new PostgresAddition(
              4,
              "servicegroup_mirrored",
              "what agents whose catalogue is elsewhere disabled or forced down in services they do"
                  + " not take back after a restart"));

  /** The version of the schema that a catalogue uses. */
  static final int OF_A_CATALOGUE = 3;

  /** The version of the schema that beats use where the catalogue is in another store. */
  static final int OF_A_MIRROR = 4;

  /** The last version that needs none of the given tables. */
  static int before(int version, List<String> tables) {
    return ALL.stream()
        .filter(addition -> tables.contains(addition.table))
        .mapToInt(addition -> addition.version - 1)
        .reduce(version, Math::min);
  }

  /** The additions of the versions after {@code usable}, up to {@code wanted}. */
  static List<PostgresAddition> between(int usable, int wanted) {
    return ALL.stream()
        .filter(addition -> addition.version > usable && addition.version <= wanted)
        .toList();
  }

  /** The names of all added tables, as literals for a statement. */
  static String literals() {
    return ALL.stream()
        .map(addition -> "'" + addition.table + "'")
        .collect(Collectors.joining(", "));
  }
}
