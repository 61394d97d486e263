package io.servicegroup.backend.postgres;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a version of our tables adds of which an agent can do without.
 *
 * @param version which adds it
 * @param table its name
 * @param otherwise what an agent does not do without it, as a clause
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

  /** The version of the tables that a catalogue has a use for. */
  static final int OF_A_CATALOGUE = 3;

  /** The same of beats beside a catalogue elsewhere. */
  static final int OF_A_MIRROR = 4;

  /** The last version that needs none of some tables. */
  static int before(int version, List<String> tables) {
    return ALL.stream()
        .filter(addition -> tables.contains(addition.table))
        .mapToInt(addition -> addition.version - 1)
        .reduce(version, Math::min);
  }

  /** Those of later versions than one, up to another. */
  static List<PostgresAddition> between(int usable, int wanted) {
    return ALL.stream()
        .filter(addition -> addition.version > usable && addition.version <= wanted)
        .toList();
  }

  /** The names of all, as literals of a statement. */
  static String literals() {
    return ALL.stream()
        .map(addition -> "'" + addition.table + "'")
        .collect(Collectors.joining(", "));
  }
}
